import { readFile } from 'node:fs/promises';
import { DirectedGraph, UndirectedGraph } from 'graphology';
import { readCsvLines } from './csv-fields.js';
import { type Flight, flightOf } from './timetable.js';

/** Name of the graph that the simulator serves. */
export const AIRPORTS_GRAPH = 'airports';

interface Airport {
  readonly name: string;
  readonly city: string;
  readonly state: string;
  readonly country: string;
  readonly latitude: number;
  readonly longitude: number;
  readonly [attribute: string]: unknown;
}

interface Route extends Flight {
  /** Flights of the year 2008. */
  readonly count: number;
  readonly [attribute: string]: unknown;
}

/** The graph in both readings: edges with and without direction. */
export interface AirportsGraph {
  readonly directed: DirectedGraph<Airport, Route>;
  readonly undirected: UndirectedGraph<Airport, Route>;
}

/** 5366 routes and the 305 airports they touch (`samples/airports`), vertices in order of their first route. */
export async function readAirportsGraph(): Promise<AirportsGraph> {
  const airports = new Map<string, Airport>();
  for (const [iata = '', name = '', city = '', state = '', country = '', lat, lon] of await readSample(
    'airports.csv',
  )) {
    airports.set(iata, { name, city, state, country, latitude: Number(lat), longitude: Number(lon) });
  }
  const directed = new DirectedGraph<Airport, Route>();
  const undirected = new UndirectedGraph<Airport, Route>();
  for (const [origin = '', destination = '', count] of await readSample('flights-airport.csv')) {
    for (const iata of [origin, destination]) {
      const airport = placeOf(iata);
      directed.mergeNode(iata, airport);
      undirected.mergeNode(iata, airport);
    }
    const flight = flightOf(origin, placeOf(origin), destination, placeOf(destination));
    const route = { count: Number(count), ...flight };
    directed.addEdge(origin, destination, route);
    // The way back is the same connection; its flights add up.
    const known = undirected.edge(origin, destination);
    if (known === undefined) undirected.addEdge(origin, destination, { ...route });
    else undirected.updateEdgeAttribute(known, 'count', (flights) => Number(flights) + Number(count));
  }
  return { directed, undirected };

  function placeOf(iata: string): Airport {
    const airport = airports.get(iata);
    if (airport === undefined) throw new Error(`No airport "${iata}" in samples/airports/airports.csv`);
    return airport;
  }
}

async function readSample(file: string): Promise<string[][]> {
  return readCsvLines(await readFile(new URL(`../../samples/airports/${file}`, import.meta.url), 'utf8'));
}
