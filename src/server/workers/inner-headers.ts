/** Of requests that a worker hands to the primary. A client's own of these names are never passed on. */
export const SECRET_HEADER = 'x-gomodel-inner-secret';
/** The port at which the client came in, what it speaks there, and its address. */
export const PEER_HEADER = 'x-gomodel-inner-peer';
