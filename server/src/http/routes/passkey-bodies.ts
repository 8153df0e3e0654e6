import { jsonSchema } from '@plinth/schema'

const { array, object, optional, oneOf, string } = jsonSchema

const base64url = (maxLength: number) => string({ minLength: 1, maxLength, pattern: '^[A-Za-z0-9_-]+$' })

// Browsers add further members, and more of them with every year.
const open = { additionalProperties: true }
const ids = { id: base64url(1_400), rawId: base64url(1_400), type: optional(oneOf(['public-key'])) }

/** What `navigator.credentials.get` has answered, by `toJSON()`. */
export const passkeyAnswer = object(
  {
    ...ids,
    response: object(
      {
        clientDataJSON: base64url(8_000),
        authenticatorData: base64url(8_000),
        signature: base64url(4_000),
        userHandle: optional(string({ maxLength: 200 })),
      },
      open,
    ),
  },
  { ...open, description: "The browser's `PublicKeyCredential`, by its `toJSON()`." },
)

/** What `navigator.credentials.create` has answered, by `toJSON()`. */
export const newPasskeyAnswer = object(
  {
    ...ids,
    response: object(
      {
        clientDataJSON: base64url(8_000),
        attestationObject: base64url(64_000),
        transports: optional(array(string({ maxLength: 32 }), { maxItems: 16 })),
      },
      open,
    ),
  },
  { ...open, description: "The browser's `PublicKeyCredential`, by its `toJSON()`." },
)
