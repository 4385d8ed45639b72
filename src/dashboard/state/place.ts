const PAGE = '/admin/dashboard/';

const at = location.pathname.indexOf(PAGE);

/** What a proxy in front has before the gateway's own paths, such as `/gateway`; mostly nothing. */
export const ROOT = at < 0 ? '' : location.pathname.slice(0, at);

/** Below it are the page's own addresses. */
export const BASE = ROOT + PAGE;
