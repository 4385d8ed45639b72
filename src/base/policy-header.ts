/** In which a client that was configured by the policy says which version of it. It speaks to the gateway alone. */
export const POLICY_HEADER = 'x-gomodel-policy';
