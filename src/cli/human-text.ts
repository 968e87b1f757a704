import { type JsonObject, stringifyJson } from '../json-value.js';

/** `1234567` as `1,234,567`. `toLocaleString()` takes 20 ms the first time. */
export function formatCount(count: number): string {
  return String(count).replace(/\B(?=(?:\d{3})+$)/g, ',');
}

/** Bytes in the unit that reads best, powers of 1000. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit]}`;
}

/** `75` as `1m15s`. */
export function formatSeconds(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole}s`;
  if (whole < 3600) return `${Math.floor(whole / 60)}m${whole % 60}s`;
  return `${Math.floor(whole / 3600)}h${Math.floor((whole % 3600) / 60)}m`;
}

const MAX_LINE_CHARS = 2000;

/** Text of a server may hold line breaks, escape sequences, marks that turn the line around; a terminal gets none. */
export function printable(text: string): string {
  const cut = text.length > MAX_LINE_CHARS ? `${text.slice(0, MAX_LINE_CHARS)}…` : text;
  return cut.replace(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, ' ');
}

/** A member as one line of text; empty for null and for a member that is not there. */
export function memberText(source: JsonObject, name: string): string {
  const value = source.get(name) ?? null;
  if (value === null) return '';
  return printable(typeof value === 'string' ? value : stringifyJson(value));
}
