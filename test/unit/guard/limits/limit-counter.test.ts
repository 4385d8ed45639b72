import { createLimitCounter } from '../../../../src/guard/limits/create-limit-counter.ts';
import { describeLimitCounter } from '../../../support/guard/describe-limit-counter.ts';

describeLimitCounter('the counter of one process', createLimitCounter);
