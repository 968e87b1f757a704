import type { AirportsGraph } from './airports-graph.js';
import type { Encodable } from './encode-json.js';

/** A vertex on the wire: every property value is an array, single ones too (ges_03_0023, ges_03_0037). */
export type VertexRecord = {
  readonly id: string;
  readonly label: string;
  readonly properties: { readonly [name: string]: readonly Encodable[] };
};

/** An edge on the wire; `index`, a text in every example, tells parallel edges apart (ges_03_0024). */
export type EdgeRecord = {
  readonly source: string;
  readonly target: string;
  readonly index: string;
  readonly label: string;
  readonly properties: { readonly [name: string]: readonly Encodable[] };
};

/** The airports as vertices. */
export function airportVertices(graph: AirportsGraph): VertexRecord[] {
  return graph.directed.mapNodes((id, airport) => ({
    id,
    label: 'airport',
    properties: {
      name: [airport.name],
      city: [airport.city],
      state: [airport.state],
      country: [airport.country],
      latitude: [airport.latitude],
      longitude: [airport.longitude],
    },
  }));
}

/** The routes as edges. */
export function routeEdges(graph: AirportsGraph): EdgeRecord[] {
  return graph.directed.mapEdges((_edge, route, source, target) => ({
    source,
    target,
    index: '0',
    label: 'route',
    properties: { count: [route.count], startTime: [route.startTime], endTime: [route.endTime] },
  }));
}
