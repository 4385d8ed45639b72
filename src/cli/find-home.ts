import { homedir, userInfo } from 'node:os';
import { isAbsolute } from 'node:path';

const attempt = (read: () => string): string => {
  try {
    const folder = read();
    return isAbsolute(folder) ? folder : '';
  } catch {
    // A user without an entry in the system's list, as containers have them.
    return '';
  }
};

/** The user's home folder, or an empty text where there is none: few commands need it. */
export const findHome = (): string => attempt(homedir) || attempt(() => userInfo().homedir);
