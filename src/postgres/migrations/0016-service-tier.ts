/** The tier that served an exchange: its tokens have prices of their own. Null: the standard one. */
export const SERVICE_TIER = `
ALTER TABLE gomodel.kinds ADD COLUMN service_tier text;
`;
