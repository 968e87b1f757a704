/** The fields of each line of a CSV text (RFC 4180, no line break inside a field), without the header line. */
export function readCsvLines(text: string): string[][] {
  const lines = text.split(/\r?\n/).filter((line) => line !== '');
  return lines.slice(1).map(splitFields);
}

function splitFields(line: string): string[] {
  const fields: string[] = [];
  const field = /(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/gy;
  for (let match = field.exec(line); match !== null; match = field.exec(line)) {
    fields.push(match[1] === undefined ? (match[2] ?? '') : match[1].replaceAll('""', '"'));
    if (field.lastIndex >= line.length) break;
  }
  return fields;
}
