import { Command } from 'commander';
import { jobsCancelCommand } from './jobs-cancel.js';
import { jobsListCommand } from './jobs-list.js';
import { jobsShowCommand } from './jobs-show.js';
import { jobsWaitCommand } from './jobs-wait.js';

export function jobsCommand(): Command {
  return new Command('jobs')
    .description('Look at the jobs of a graph, wait for one, cancel one')
    .addCommand(jobsListCommand())
    .addCommand(jobsShowCommand())
    .addCommand(jobsWaitCommand())
    .addCommand(jobsCancelCommand());
}
