import { Command, Option } from 'commander';
import { ConfigError } from '../errors.js';
import { WAREHOUSES, type Warehouse } from '../load/ddl/ddl-model.js';
import { type DdlRequest, printDdl, printRedshiftManifest } from '../print-ddl.js';

interface DdlFlags extends Omit<DdlRequest, 'warehouse'> {
  readonly for: Warehouse;
  readonly manifest?: boolean;
}

export function ddlCommand(): Command {
  return new Command('ddl')
    .description(
      'Print the table definition and the load statement of a warehouse for the files of an export',
    )
    .argument('<folder>', 'output folder of an export')
    .addOption(new Option('--for <warehouse>', 'whose statements').choices(WAREHOUSES).makeOptionMandatory())
    .option('--location <url>', 'where the files were copied to, such as obs://bucket/ranks or @stage/ranks')
    .option('--table <name>', 'name of the table (default: that of the export)')
    .option('--schema <name>', 'its schema, database or dataset')
    .option('--only <table>', 'the one table of the export that is meant')
    .option('--manifest', 'redshift: print the manifest file of the load statement instead')
    .option('--debug', 'show the stack of an error')
    .action(async (folder: string, flags: DdlFlags) => {
      const { for: warehouse, manifest, ...rest } = flags;
      if (manifest === true && warehouse !== 'redshift')
        throw new ConfigError('CONFIG_CONFLICT', '--manifest is for --for redshift');
      const print = manifest === true ? printRedshiftManifest : printDdl;
      process.stdout.write(await print(folder, { ...rest, warehouse }));
    });
}
