import { againTexts } from './texts/again.ts';
import { alertsTexts } from './texts/alerts.ts';
import { auditTexts } from './texts/audit.ts';
import { budgetsTexts } from './texts/budgets.ts';
import { changesTexts } from './texts/changes.ts';
import { compareTexts } from './texts/compare.ts';
import { connectTexts } from './texts/connect.ts';
import { drawerTexts } from './texts/drawer.ts';
import { exchangeTexts } from './texts/exchange.ts';
import { fleetTexts } from './texts/fleet.ts';
import { keysTexts } from './texts/keys.ts';
import { partsTexts } from './texts/parts.ts';
import { sessionsTexts } from './texts/sessions.ts';
import { shellTexts } from './texts/shell.ts';
import { signInsTexts } from './texts/sign-ins.ts';
import { turnTexts } from './texts/turn.ts';
import { usageTexts } from './texts/usage.ts';

/** Every English text of the page. A new page adds a file to `texts/` and a line here. */
export const texts = {
  ...shellTexts,
  ...partsTexts,
  ...exchangeTexts,
  ...auditTexts,
  ...drawerTexts,
  ...turnTexts,
  ...sessionsTexts,
  ...usageTexts,
  ...keysTexts,
  ...budgetsTexts,
  ...changesTexts,
  ...fleetTexts,
  ...signInsTexts,
  ...alertsTexts,
  ...compareTexts,
  ...againTexts,
  ...connectTexts,
} as const;
