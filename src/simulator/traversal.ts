import { z } from 'zod';
import type { AirportsGraph } from './airports-graph.js';
import { FilterError, type Fits } from './element-filter.js';
import { airportVertices, type EdgeRecord, routeEdges, type VertexRecord } from './elements.js';
import type { Encodable } from './encode-json.js';

/** The elements of the graph, looked up by vertex. */
export interface Elements {
  readonly vertices: ReadonlyMap<string, VertexRecord>;
  readonly edges: readonly EdgeRecord[];
}

export function elementsOf(graph: AirportsGraph): Elements {
  return {
    vertices: new Map(airportVertices(graph).map((vertex) => [vertex.id, vertex])),
    edges: routeEdges(graph),
  };
}

/** One step from a vertex along an edge. */
export interface Step {
  readonly from: string;
  readonly to: string;
  readonly edge: EdgeRecord;
}

export type Direction = 'in' | 'out' | 'both';

/** The steps from any of these vertices, in the order of the edges. */
export function stepsFrom(
  { vertices, edges }: Elements,
  ids: ReadonlySet<string>,
  direction: Direction,
  fitsEdge: Fits,
  fitsVertex: Fits,
): Step[] {
  const steps = edges.filter(fitsEdge).flatMap((edge) => {
    const { source, target } = edge;
    const forth = direction !== 'in' && ids.has(source) ? [{ from: source, to: target, edge }] : [];
    const back = direction !== 'out' && ids.has(target) ? [{ from: target, to: source, edge }] : [];
    return [...forth, ...back];
  });
  return steps.filter(({ to }) => {
    const vertex = vertices.get(to);
    return vertex !== undefined && fitsVertex(vertex);
  });
}

const selection = z.strictObject({
  id: z.boolean().default(false),
  label: z.boolean().default(false),
  properties: z.boolean().default(false),
  selectedProperties: z.array(z.string()).default([]),
});

/**
 * What of an element is answered: an entry of `by` (table 5 of ges_03_0175).
 *
 * @throws FilterError
 */
export function readSelection(by: unknown): (element: VertexRecord | EdgeRecord) => Encodable {
  const checked = selection.safeParse(by);
  if (!checked.success) throw new FilterError('by is not correct');
  const { id, label, properties, selectedProperties } = checked.data;
  return (element) => {
    const ends = 'id' in element ? { id: element.id } : endsOf(element);
    const names = Object.keys(element.properties);
    const chosen = names.filter(
      (name) => selectedProperties.length === 0 || selectedProperties.includes(name),
    );
    const values = Object.fromEntries(chosen.map((name) => [name, element.properties[name] ?? []]));
    return {
      ...(id ? ends : {}),
      ...(label ? { label: element.label } : {}),
      ...(properties ? { properties: values } : {}),
    };
  };
}

export function endsOf({ source, target, index }: EdgeRecord) {
  return { source, target, index };
}
