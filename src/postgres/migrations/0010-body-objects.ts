/** Where blocks of bodies lie in a store beside the database: some in a row are one object. */
export const BODY_OBJECTS = `
CREATE TABLE gomodel.body_objects (
  pack_id bigint NOT NULL REFERENCES gomodel.packs ON DELETE CASCADE,
  -- Where they begin in their pack, and how many bytes they are.
  start bigint NOT NULL,
  length bigint NOT NULL,
  PRIMARY KEY (pack_id, start)
);
`;
