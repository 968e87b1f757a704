/** A name in standard SQL, for PostgreSQL, DuckDB, Snowflake and Redshift: as it is, in any script. */
export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** Text in standard SQL, where a backslash is a character like any other. */
export function quoteText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** Names in backticks, in which a backslash escapes: ClickHouse, BigQuery. */
export function backtickName(name: string): string {
  return `\`${name.replaceAll('\\', '\\\\').replaceAll('`', '\\`')}\``;
}

/** Text in quotes in which a backslash escapes: ClickHouse, BigQuery, Hive, Spark. */
export function backslashText(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
