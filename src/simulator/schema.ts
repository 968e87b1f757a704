/** Value types (user guide ges_01_0044) that the simulator's labels use. */
type PropertyType = 'string' | 'double' | 'long' | 'int' | 'date' | 'enum' | 'char array';

type LabelProperty = {
  readonly name: string;
  readonly type: PropertyType;
  readonly cardinality: 'single' | 'list' | 'set';
};

const single = (name: string, type: PropertyType): LabelProperty => ({ name, type, cardinality: 'single' });

/**
 * The answer of "Querying Graph Metadata Details" (ges_03_0027): labels of the airports, of the synthetic jobs
 * (`person`, `link`) and of the job `odd-vertices` (`odd`).
 */
export const GRAPH_SCHEMA = {
  data: {
    schema: [
      {
        label: 'airport',
        type: 'all',
        properties: [
          single('name', 'string'),
          single('city', 'string'),
          single('state', 'char array'),
          single('country', 'enum'),
          single('latitude', 'double'),
          single('longitude', 'double'),
        ],
      },
      {
        label: 'route',
        type: 'all',
        properties: [single('count', 'long'), single('startTime', 'long'), single('endTime', 'long')],
      },
      {
        label: 'person',
        type: 'all',
        properties: [
          single('name', 'string'),
          single('age', 'int'),
          single('score', 'double'),
          single('code', 'long'),
          single('city', 'string'),
        ],
      },
      { label: 'link', type: 'all', properties: [single('weight', 'double'), single('since', 'date')] },
      {
        label: 'odd',
        type: 'all',
        properties: [
          single('Name', 'string'),
          single('Zip-code', 'string'),
          single('薇 name', 'string'),
          single('big', 'long'),
          single('ratio', 'double'),
          { name: 'tags', type: 'string', cardinality: 'set' },
          { name: 'scores', type: 'int', cardinality: 'list' },
        ],
      },
    ],
  },
} as const;
