// Asks an exec secret provider as OpenClaw does: no shell, the command's directory, an environment of what is passed on, one document in and
// one out, and each of its rules about the answer. Prints { values, errors } or { failure }.
//
//     node openclaw-exec.js COMMAND ARGUMENTS-AS-JSON ENVIRONMENT-AS-JSON ID…
const { spawnSync } = require('node:child_process')
const path = require('node:path')

const [command, args, env, ...ids] = process.argv.slice(2)
const result = spawnSync(command, JSON.parse(args), {
  cwd: path.dirname(command),
  env: JSON.parse(env),
  input: JSON.stringify({ protocolVersion: 1, provider: 'warder', ids }),
  timeout: 5000,
  maxBuffer: 1 << 20,
  killSignal: 'SIGKILL',
  shell: false,
})

function answer() {
  if (result.error) return { failure: `does not run: ${result.error.code}` }
  if (result.status !== 0) return { failure: `exit ${result.status}` }
  const text = result.stdout.toString('utf8').trim()
  if (!text) return { failure: 'no output' }
  let parsed
  try {
    parsed = JSON.parse(text)
  } catch {
    return { failure: 'not JSON' }
  }
  if (parsed.protocolVersion !== 1) return { failure: 'not version 1' }
  if (typeof parsed.values !== 'object' || parsed.values === null) return { failure: 'no values' }
  const errors = {}
  const values = {}
  for (const id of ids) {
    if (parsed.errors && Object.hasOwn(parsed.errors, id)) errors[id] = parsed.errors[id].code
    else if (Object.hasOwn(parsed.values, id)) values[id] = parsed.values[id]
    else return { failure: 'an id has no answer' }
  }
  return { values, errors }
}

console.log(JSON.stringify(answer()))
