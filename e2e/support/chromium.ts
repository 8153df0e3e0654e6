import { type Browser, chromium } from 'playwright-core'
import { ensureDebianPackage } from '../../scripts/debian-package.mjs'

/** Debian's Chromium, installed where it is missing and may be. */
export async function launchChromium(): Promise<Browser> {
  if (!(await ensureDebianPackage('chromium'))) throw new Error('This test needs Chromium: install it, or run as root.')
  const args = [
    '--no-sandbox',
    '--disable-dev-shm-usage',
    '--disable-gpu',
    '--disable-background-networking',
    '--no-first-run',
  ]
  return chromium.launch({ executablePath: '/usr/bin/chromium', args })
}
