/** How the few pages that the server itself answers look. */
export const pageStyle = `
  :root { color-scheme: light dark; --ink: #1c2430; --dim: #5b6675; --line: #d5dae1; --back: #f4f6f8; --card: #fff; --accent: #2f5bd3; --fault: #b3261e }
  @media (prefers-color-scheme: dark) {
    :root { --ink: #e7ebf0; --dim: #9aa5b4; --line: #39424f; --back: #14181e; --card: #1d232b; --accent: #7d9cf5; --fault: #ff8a80 }
  }
  * { box-sizing: border-box }
  body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 24px; background: var(--back); color: var(--ink);
    font: 16px/1.5 system-ui, sans-serif }
  main { width: 100%; max-width: 420px; padding: 32px; background: var(--card); border: 1px solid var(--line); border-radius: 14px; overflow-wrap: anywhere }
  h1 { margin: 0 0 4px; font-size: 22px; letter-spacing: -0.01em }
  h1:focus { outline: none }
  p { margin: 0 0 20px; color: var(--dim) }
  label { display: block; margin: 16px 0 6px; font-weight: 600; font-size: 14px }
  input, textarea, select { width: 100%; padding: 10px 12px; font: inherit; color: inherit; background: transparent; border: 1px solid var(--line); border-radius: 8px }
  input:focus-visible, textarea:focus-visible, select:focus-visible, button:focus-visible, a:focus-visible { outline: 2px solid var(--accent); outline-offset: 1px }
  input[type=checkbox] { width: 20px; height: 20px; accent-color: var(--accent) }
  select { padding: 10px 8px; background: var(--card) }
  textarea { height: 120px; font: 12px/1.5 ui-monospace, monospace; resize: vertical; word-break: break-all }
  small { color: var(--dim) }
  button { width: 100%; margin-top: 24px; padding: 11px; font: inherit; font-weight: 600; color: var(--card); background: var(--accent); border: 0; border-radius: 8px; cursor: pointer }
  button.other { color: var(--accent); background: transparent; border: 1px solid var(--line); margin-top: 12px }
  button:disabled { opacity: .6; cursor: default }
  a { color: var(--accent) }
  [role=alert] { min-height: 1.5em; margin: 14px 0 0; color: var(--fault); font-size: 14px }
  [hidden] { display: none }`
