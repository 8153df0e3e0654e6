// @ts-check
// Shows the API as its reader may use it. The token stays in this tab: sessionStorage ends with it, is never sent by
// itself, and only scripts of this origin can read it, which the page's policy limits to the two that it loads.

const tokenKey = 'plinth.token'
const [viewer, identify, token, forget] = ['#viewer', '#identify', '#token', '#forget'].map((name) => {
  const element = document.querySelector(name)
  if (element instanceof HTMLElement) return element
  throw new Error(`${name} is missing.`)
})

identify.addEventListener('submit', (event) => {
  event.preventDefault()
  sessionStorage.setItem(tokenKey, valueOf(token))
  location.reload()
})

forget.addEventListener('click', () => {
  sessionStorage.removeItem(tokenKey)
  location.reload()
})

await show(sessionStorage.getItem(tokenKey))

async function show(/** @type {string | null} */ bearer) {
  forget.hidden = bearer === null
  identify.hidden = bearer !== null
  const answer = await readDocument(bearer).catch(() => null)
  if (answer === null) return tell('The server cannot be reached. Reload the page to try again.')
  if (answer.status === 401 && bearer !== null) return showExpired()
  if (!answer.ok) return tell(`The API could not be read: ${answer.status}. Reload the page to try again.`)
  tell(bearer === null ? 'What a guest may do.' : 'What the owner of your token may do.')
  render(await answer.json(), bearer)
}

function readDocument(/** @type {string | null} */ bearer) {
  return fetch('/api/openapi.json', { headers: bearer === null ? {} : { Authorization: `Bearer ${bearer}` } })
}

async function showExpired() {
  sessionStorage.removeItem(tokenKey)
  await show(null)
  tell('Your token is not valid, or has expired. This is what a guest may do.')
}

function render(/** @type {object} */ content, /** @type {string | null} */ bearer) {
  // @ts-expect-error The other script defines it.
  Scalar.createApiReference('#reference', {
    content,
    ...(bearer !== null && {
      authentication: { preferredSecurityScheme: 'bearer', securitySchemes: { bearer: { token: bearer } } },
    }),
    // Nothing leaves this origin, and nothing outlives this tab.
    persistAuth: false,
    telemetry: false,
    withDefaultFonts: false,
    hideClientButton: true,
    showDeveloperTools: 'never',
    agent: { disabled: true },
    mcp: { disabled: true },
    documentDownloadType: 'json',
    operationTitleSource: 'summary',
    defaultOpenAllTags: false,
    defaultHttpClient: { targetKey: 'shell', clientKey: 'curl' },
  })
}

function tell(/** @type {string} */ text) {
  viewer.textContent = text
}

function valueOf(/** @type {HTMLElement} */ element) {
  return element instanceof HTMLInputElement ? element.value.trim() : ''
}
