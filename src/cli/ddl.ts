import { Command, Option } from 'commander';
import { STORE_OPTIONS } from '../config/sources.js';
import { ConfigError } from '../errors.js';
import { WAREHOUSES, type Warehouse } from '../load/ddl/ddl-model.js';
import { type DdlRequest, printDdl, printRedshiftManifest } from '../print-ddl.js';
import { addStoreOptions, rawOptions } from './common-options.js';
import { pickFlags } from './pick-flags.js';

interface DdlFlags extends Omit<DdlRequest, 'warehouse'> {
  readonly for: Warehouse;
  readonly manifest?: boolean;
}

export function ddlCommand(): Command {
  const command = new Command('ddl')
    .description(
      'Print the table definition and the load statement of a warehouse for the files of an export',
    )
    .argument('<folder>', 'output folder of an export, or s3://bucket/prefix')
    .addOption(new Option('--for <warehouse>', 'whose statements').choices(WAREHOUSES).makeOptionMandatory())
    .option(
      '--location <url>',
      'where the files were copied to, such as obs://bucket/ranks or @stage/ranks (default: where they are)',
    )
    .option('--table <name>', 'name of the table (default: that of the export)')
    .option('--schema <name>', 'its schema, database or dataset')
    .option('--only <table>', 'the one table of the export that is meant')
    .option('--manifest', 'redshift: print the manifest file of the load statement instead');
  return addStoreOptions(command)
    .option(
      '--config <file>',
      'YAML file with options of the object store; flags and environment win over it',
    )
    .option('--debug', 'show the stack of an error')
    .action(async (folder: string, flags: DdlFlags) => {
      const { for: warehouse, manifest, table, schema, only, location } = flags;
      if (manifest === true && warehouse !== 'redshift')
        throw new ConfigError('CONFIG_CONFLICT', '--manifest is for --for redshift');
      const print = manifest === true ? printRedshiftManifest : printDdl;
      const storeFlags = pickFlags({ ...flags }, STORE_OPTIONS);
      const store = await rawOptions(storeFlags, STORE_OPTIONS);
      process.stdout.write(await print(folder, { warehouse, table, schema, only, location, store }));
    });
}
