import { hashText } from './random.js';

/** When the flight of a route leaves and lands, in seconds since 1970. */
export interface Flight {
  readonly startTime: number;
  readonly endTime: number;
}

interface Place {
  readonly latitude: number;
  readonly longitude: number;
}

/** 18 November 2008, 00:00 UTC; flights leave on that day and the next. */
const FIRST_DAY = 1_226_966_400;
const DAYS = 2;
const EARTH_RADIUS_KM = 6371;
const CRUISE_KM_PER_HOUR = 800;
const TAXI_MINUTES = 30;

/**
 * One flight a route, for what reads times of edges (ges_03_0380, 0381, 0383). The sample has none: it leaves at a
 * minute that only its ends decide, and takes as long as their distance needs.
 */
export function flightOf(origin: string, from: Place, destination: string, to: Place): Flight {
  const minute = hashText(`${origin}>${destination}`) % (DAYS * 24 * 60);
  const startTime = FIRST_DAY + minute * 60;
  const minutes = TAXI_MINUTES + Math.round((60 * distanceKm(from, to)) / CRUISE_KM_PER_HOUR);
  return { startTime, endTime: startTime + minutes * 60 };
}

/** Along the great circle (haversine). */
function distanceKm(from: Place, to: Place): number {
  const radians = (degrees: number) => (degrees * Math.PI) / 180;
  const height = Math.sin(radians(to.latitude - from.latitude) / 2) ** 2;
  const width = Math.sin(radians(to.longitude - from.longitude) / 2) ** 2;
  const parallel = Math.cos(radians(from.latitude)) * Math.cos(radians(to.latitude));
  return 2 * EARTH_RADIUS_KM * Math.asin(Math.sqrt(height + parallel * width));
}
