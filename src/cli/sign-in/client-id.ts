/** As this program calls itself where people sign in. */
export const CLIENT_ID = 'gomodel-ts-cli';
