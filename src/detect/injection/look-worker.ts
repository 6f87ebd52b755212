// The thread that looks through long texts for injected instructions. Never keeps a text.
import { answerTexts } from '../text-thread.ts';
import { type LookedAt, type LookJob, lookAtAll } from './looker.ts';

answerTexts<LookJob, LookedAt>((texts, { minScore, chain }) => lookAtAll(texts, minScore, chain));
