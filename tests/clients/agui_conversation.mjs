// A conversation by AG-UI's own client: what it is asked comes in as JSON, what it then has goes out.
import { HttpAgent } from '@ag-ui/client'

let text = ''
for await (const part of process.stdin) text += part
const { url, token, threadId, questions, approve } = JSON.parse(text)

const agent = new HttpAgent({ url, threadId, headers: { Authorization: `Bearer ${token}` } })
const told = { events: [], errors: [], interrupts: [] }
const subscriber = {
  onEvent: ({ event }) => void told.events.push(event.type),
  onRunErrorEvent: ({ event }) => void told.errors.push(event.message),
  onRunFinishedEvent: (finished) => {
    const { outcome } = finished.event
    if (outcome?.type === 'interrupt') told.interrupts = outcome.interrupts
  },
}

for (const content of questions) {
  agent.addMessage({ id: crypto.randomUUID(), role: 'user', content })
  await agent.runAgent({}, subscriber)
}
if (told.interrupts.length && approve !== undefined) {
  const resume = told.interrupts.map(({ id }) => (
    { interruptId: id, status: 'resolved', payload: { approved: approve } }))
  await agent.runAgent({ resume }, subscriber)
}
process.stdout.write(JSON.stringify({ ...told, messages: agent.messages }))
