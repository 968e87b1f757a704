import type { MessageKind } from './ges-errors.js';

/** Messages that mean "renew the token" under whatever code (IAM, "Obtaining a User Token"; gateway). */
const TOKEN =
  /token must be updated|invalid token|token (has |is )?(expired|invalid)|(token|令牌).*(过期|失效|无效)|incorrect iam authentication/i;
const ALGORITHM = /running algorithm|unknown algorithm|算法/i;

const MISSING = `(?:not (?:be )?(?:exist|found)|不存在|未找到|找不到|没有找到)`;
const NOT_FOUND = `(?:can ?not find|no such|找不到|未找到|没有找到)`;
/** Within one clause. */
const SAME = '[^,;，；。]*?';

const GRAPH = [
  // "graph [demo] is not found" (ges_03_0030), "graph : movie2 is not exist" (ges_03_0446)
  new RegExp(String.raw`\bgraph\b${SAME}${MISSING}`, 'i'),
  new RegExp(String.raw`${NOT_FOUND}\s+(?:the |this )?graph\b`, 'i'),
  new RegExp(`图${SAME}${MISSING}`),
  new RegExp(`${NOT_FOUND}${SAME}图`),
];
const JOB = [
  new RegExp(String.raw`\b(?:job|jobid|task)\b.*${MISSING}`, 'i'),
  new RegExp(String.raw`${NOT_FOUND}\s+(?:the |this )?(?:job|task)\b`, 'i'),
  new RegExp(`(?:job|任务|作业)${SAME}${MISSING}`, 'i'),
  new RegExp(`${NOT_FOUND}${SAME}(?:job|任务|作业)`, 'i'),
];
/** Something is not there, and nothing that it could be is named. */
const BARE = new RegExp(`^\\W*${MISSING}\\W*$|不存在|未找到|找不到|没有找到`, 'i');
/** What a job, not the query for it, does not find. */
const ELEMENT = /\b(vertex|vertices|edge|parameter|label|property|index)\b|点|边|参数|标签|属性|索引/i;
const JOB_WORD = /\bjob|\btask\b|任务|作业/i;

/** A window that is not there; the name of the parameter may stand in brackets. */
const PAST_END =
  /\b(offset|limit|page)\b.*\b(out of|beyond|exceeds?|larger|greater|invalid|illegal|wrong|error|range)\b|(偏移|offset).*(越界|超出|超过|范围|无效)/i;

const NAME = /\[[^\]]*\]|【[^】]*】|"[^"]*"|“[^”]*”|'[^']*'|「[^」]*」|(?<=\bgraph\s*[:：]\s*)\S+/gi;

/** Whether a message, in English or Chinese, speaks of something. Names in brackets or quotes are no words. */
export function speaksOf(kind: MessageKind, message: string): boolean {
  const words = message.replace(NAME, '[]');
  switch (kind) {
    case 'token':
      return TOKEN.test(words);
    case 'algorithm':
      return ALGORITHM.test(words);
    case 'graph-missing':
      return (
        ![ALGORITHM, JOB_WORD, ELEMENT].some((pattern) => pattern.test(words)) &&
        GRAPH.some((pattern) => pattern.test(words))
      );
    case 'job-missing':
      return JOB.some((pattern) => pattern.test(words));
    case 'missing':
      return BARE.test(words);
    case 'past-end':
      return PAST_END.test(message);
    case 'element':
      return ELEMENT.test(words) && !JOB_WORD.test(words);
  }
}
