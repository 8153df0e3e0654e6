import { createClient } from '@plinth/sdk'
import { createHooks } from '@plinth/sdk/react'
import { type FormEvent, StrictMode, useState } from 'react'
import { createRoot } from 'react-dom/client'
import type { schema } from '../schema.ts'

const db = createClient<typeof schema>('')
const { PlinthProvider, useQuery, useMutation, usePresence } = createHooks<typeof schema>()

/** What each shows of themselves to the others. */
interface Person {
  readonly name: string
  readonly isTyping: boolean
}

function Chat({ name }: { readonly name: string }) {
  const [text, setText] = useState('')
  const { data, error } = useQuery('messages', { sort: '-created', limit: 50 }, { live: true })
  const { create, error: refused } = useMutation('messages')
  const { members } = usePresence<Person>('chat', { state: { name, isTyping: text !== '' } })
  const typing = members.filter(({ state }) => state.isTyping && state.name !== name).map(({ state }) => state.name)
  const problem = error ?? refused

  const send = (event: FormEvent): void => {
    event.preventDefault()
    if (text.trim() === '') return
    setText('')
    // What could not be sent is there to be sent again.
    create({ name, text: text.trim() }).catch(() => setText(text))
  }

  return (
    <>
      <header>
        <h1>Chat</h1>
        <ul aria-label="Who is here">
          {members.map(({ member, state }) => (
            <li key={member}>{state.name}</li>
          ))}
        </ul>
      </header>
      <ol aria-label="Messages">
        {data?.items.toReversed().map((message) => (
          <li key={message.id}>
            <b>{message.name}</b>
            {message.text}
          </li>
        ))}
      </ol>
      <p role="status">{typing.length > 0 && `${typing.join(', ')} is typing…`}</p>
      {problem !== null && <p role="alert">{problem.message}</p>}
      <form onSubmit={send}>
        <input
          aria-label="Message"
          value={text}
          maxLength={2000}
          autoComplete="off"
          onChange={(event) => setText(event.target.value)}
        />
        <button>Send</button>
      </form>
    </>
  )
}

function App() {
  const [name, setName] = useState<string | null>(null)
  if (name !== null) return <Chat name={name} />
  const enter = (form: FormData): void => setName(String(form.get('name')).trim() || 'Somebody')
  return (
    <form action={enter}>
      <input name="name" aria-label="Your name" placeholder="Your name" maxLength={40} autoComplete="nickname" />
      <button>Enter</button>
    </form>
  )
}

createRoot(document.querySelector('#app') ?? document.body).render(
  <StrictMode>
    <PlinthProvider client={db}>
      <App />
    </PlinthProvider>
  </StrictMode>,
)
