import { expect, it } from 'vitest';
import { ConfigError } from '../../src/errors.js';
import { COMPRESSIONS, FORMATS } from '../../src/model.js';
import { sinkFormats } from '../../src/sinks/sink-formats.js';
import { encode } from './part-in-memory.js';
import { describeSinkContract } from './sink-contract.js';
import { MANY_ROWS_COLUMNS } from './table-fixtures.js';

for (const name of FORMATS) {
  const format = sinkFormats[name];

  it(`${name} knows its own name and compressions`, () => {
    expect(format.format).toBe(name);
    expect(format.compressions).toContain(format.defaultCompression);
    const extensions = format.compressions.map((compression) => format.extension(compression));
    expect(extensions.every((extension) => extension.startsWith(`.${name}`))).toBe(true);
  });

  for (const compression of format.compressions) describeSinkContract(format, compression);

  const others = COMPRESSIONS.filter((compression) => !format.compressions.includes(compression));
  it.each(others)(`${name} refuses compression %s`, async (compression) => {
    const failure = await encode(format, MANY_ROWS_COLUMNS, [], { compression }).catch(
      (error: unknown) => error,
    );
    expect(failure).toBeInstanceOf(ConfigError);
    expect(failure).toMatchObject({ code: 'CONFIG_CONFLICT' });
  });
}
