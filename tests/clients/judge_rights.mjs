// Judges calls by IAM's rules and AWS's own service data: an array of simulations in, words out.
import { runSimulation } from '@cloud-copilot/iam-simulate'

let text = ''
for await (const part of process.stdin) text += part

const told = []
for (const simulation of JSON.parse(text)) {
  const response = await runSimulation(
    { serviceControlPolicies: [], resourceControlPolicies: [], ...simulation }, {})
  told.push(response.resultType === 'error'
    ? `Error: ${JSON.stringify(response.errors)}` : response.overallResult)
}
process.stdout.write(JSON.stringify(told))
