import type { SecondTexts } from './link-page-texts.ts'
import { literal } from './page-script.ts'

/** A part of the script of pages that sign in: asks for the second factor in the same page, and goes on. After `pageScript`. */
export const secondFactorScript = ({ passkeyFailed, expired }: SecondTexts): string => `
  let shown = null
  const secondFault = (text) => { at('second-fault').textContent = text }
  const askForSecond = (asked) => {
    shown = asked
    at('by-code').hidden = !asked.factors.some((each) => each !== 'passkey')
    at('code').disabled = at('by-code').hidden
    at('passkey').hidden = !(asked.factors.includes('passkey') && window.PublicKeyCredential?.parseRequestOptionsFromJSON)
    show('second')
  }
  const showSecond = async (factor) => {
    secondFault('')
    at('second-send').disabled = at('passkey').disabled = true
    try {
      finish(await post('mfa', { ticket: shown.ticket, ...(await factor()), session: 'cookie' }))
    } catch (error) {
      secondFault(
        error.name === 'NotAllowedError' ? ${literal(passkeyFailed)}
        : error.code === 'mfaTicketInvalid' ? ${literal(expired)}
        : error.message,
      )
    }
    at('second-send').disabled = at('passkey').disabled = false
  }
  at('second-form').addEventListener('submit', (event) => {
    event.preventDefault()
    const typed = at('code').value.trim()
    const digits = typed.replace(/\\s/g, '')
    showSecond(() => (/^\\d{6}$/.test(digits) ? { code: digits } : { recoveryCode: typed }))
  })
  at('passkey').addEventListener('click', () => showSecond(async () => {
    const { options } = await post('mfa/options', { ticket: shown.ticket })
    const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options)
    return { passkey: (await navigator.credentials.get({ publicKey })).toJSON() }
  }))`
