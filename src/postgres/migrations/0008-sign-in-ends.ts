/** What has ended before its time is kept beside the sign-ins, and told by a topic of its own. */
export const SIGN_IN_ENDS = `
INSERT INTO gomodel.revisions (topic) VALUES ('ends');
`;
