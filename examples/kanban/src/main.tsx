import { createClient, type RecordOf } from '@plinth/sdk'
import { createHooks } from '@plinth/sdk/react'
import { type DragEvent, StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import type { schema } from '../schema.ts'

type Card = RecordOf<typeof schema, 'cards'>
type ColumnName = Card['column']

const db = createClient<typeof schema>('')
const { PlinthProvider, useQuery, useMutation, usePresence } = createHooks<typeof schema>()
const columns = { todo: 'To do', doing: 'Doing', done: 'Done' } satisfies Record<ColumnName, string>
const names: readonly ColumnName[] = ['todo', 'doing', 'done']

function Board() {
  const { data, error } = useQuery('cards', { sort: ['place', 'id'], limit: 500 }, { live: true })
  const { members } = usePresence('board', { state: {} })
  const { create, update, delete: remove, error: refused } = useMutation('cards')
  const cards = (data?.items ?? []).toSorted((one, other) => one.place - other.place)
  const problem = error ?? refused

  /** To the end of a column, or before one of its cards. */
  const move = (id: string, column: ColumnName, before?: Card): void => {
    const others = cards.filter((card) => card.column === column && card.id !== id)
    const at = before === undefined ? others.length : others.findIndex((card) => card.id === before.id)
    const [left, right] = [others[at - 1]?.place, others[at]?.place]
    const place = right === undefined ? (left ?? 0) + 1 : ((left ?? right - 2) + right) / 2
    void update(id, { column, place })
  }

  return (
    <>
      <header>
        <h1>Board</h1>
        <p>{members.length === 1 ? 'Only you are here' : `${members.length} are here`}</p>
      </header>
      {problem !== null && <p role="alert">{problem.message}</p>}
      <div className="board">
        {names.map((name) => (
          <Column
            key={name}
            name={name}
            cards={cards.filter(({ column }) => column === name)}
            move={move}
            add={(title) => void create({ title, column: name, place: Date.now() })}
            remove={(id) => void remove(id)}
          />
        ))}
      </div>
    </>
  )
}

interface ColumnProps {
  readonly name: ColumnName
  readonly cards: readonly Card[]
  readonly move: (id: string, column: ColumnName, before?: Card) => void
  readonly add: (title: string) => void
  readonly remove: (id: string) => void
}

function Column({ name, cards, move, add, remove }: ColumnProps) {
  const submit = (form: FormData): void => {
    const title = String(form.get('title')).trim()
    if (title !== '') add(title)
  }
  const drop = (event: DragEvent, before?: Card): void => {
    event.preventDefault()
    event.stopPropagation()
    move(event.dataTransfer.getData('text/plain'), name, before)
  }
  const allow = (event: DragEvent): void => event.preventDefault()
  const at = names.indexOf(name)
  const arrows = [
    { side: 'left', text: '←', to: names[at - 1] },
    { side: 'right', text: '→', to: names[at + 1] },
  ]

  return (
    <section aria-label={columns[name]} onDragOver={allow} onDrop={drop}>
      <h2>{`${columns[name]} (${cards.length})`}</h2>
      {cards.map((card) => (
        <article
          key={card.id}
          draggable
          onDragStart={(event) => event.dataTransfer.setData('text/plain', card.id)}
          onDragOver={allow}
          onDrop={(event) => drop(event, card)}
        >
          <span>{card.title}</span>
          {arrows.map(({ side, text, to }) => (
            <button
              key={side}
              aria-label={`Move ${card.title} ${side}`}
              disabled={!to}
              onClick={() => to && move(card.id, to)}
            >
              {text}
            </button>
          ))}
          <button aria-label={`Remove ${card.title}`} onClick={() => remove(card.id)}>
            ×
          </button>
        </article>
      ))}
      <form action={submit}>
        <input name="title" aria-label={`New in ${columns[name]}`} placeholder="Add a card" maxLength={100} />
      </form>
    </section>
  )
}

createRoot(document.querySelector('#app') ?? document.body).render(
  <StrictMode>
    <PlinthProvider client={db}>
      <Board />
    </PlinthProvider>
  </StrictMode>,
)
