/** How an authenticator names a user: the 16 bytes of their id. https://www.w3.org/TR/webauthn-3/#user-handle */
export const userHandle = (userId: string): Uint8Array<ArrayBuffer> => Buffer.from(userId.replaceAll('-', ''), 'hex')
