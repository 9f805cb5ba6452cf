// Bluesky's own PDS with its directory of identities, from the package @atproto/dev-env.
//
//   node pds.mjs PACKAGES APPVIEW
//
// PACKAGES: the folder of the installed packages. APPVIEW: address of what answers in place of Bluesky's AppView and of its
// chat; the PDS passes on to it what it does not do itself, with its own signature, as it would in the Internet.
//
// Writes one JSON object a line: first where it listens, then each event of its firehose. Ends when its input does.
import net from 'node:net'
import path from 'node:path'
import { pathToFileURL } from 'node:url'

const [, , packages, appview] = process.argv
const CHAT = 'did:web:api.bsky.chat'

// These servers would listen on all interfaces; a test is nobody's business but this machine's.
const listen = net.Server.prototype.listen
net.Server.prototype.listen = function (...given) {
  if (typeof given[0] === 'number') {
    const done = given.find((one) => typeof one === 'function')
    return listen.call(this, { port: given[0], host: '127.0.0.1' }, done)
  }
  if (given[0] && typeof given[0] === 'object' && 'port' in given[0]) given[0].host = '127.0.0.1'
  return listen.apply(this, given)
}

// A client that goes away in the middle of a request that is passed on would end this process.
process.on('uncaughtException', (error) => process.stderr.write(`${error.stack}\n`))

const from = (file) => import(pathToFileURL(path.join(packages, '@atproto', file)).href)
const tell = (what) => process.stdout.write(JSON.stringify(what) + '\n')

const { TestNetworkNoAppView } = await from('dev-env/dist/network-no-appview.js')
const { Firehose } = await from('sync/dist/index.js')
const { lexToJson } = await from('lexicon/dist/index.js')

const network = await TestNetworkNoAppView.create({
  pds: { bskyAppViewUrl: appview, bskyAppViewDid: 'did:web:api.bsky.app', rateLimitsEnabled: false },
})
const { pds, plc } = network

// The chat's name would be looked up in the Internet.
const resolver = pds.ctx.idResolver.did
const resolve = resolver.resolveNoCache
resolver.resolveNoCache = async (did) =>
  did === CHAT
    ? { id: CHAT, service: [{ id: '#bsky_chat', type: 'BskyChatService', serviceEndpoint: appview }] }
    : resolve.call(resolver, did)

const firehose = new Firehose({
  service: pds.url.replace('http://localhost', 'ws://127.0.0.1'),
  idResolver: pds.ctx.idResolver,
  getCursor: async () => 0,
  unauthenticatedCommits: true,
  excludeSync: true,
  onError: (error) => process.stderr.write(`${error.message}: ${error.cause}\n`),
  handleEvent: async (event) => {
    const { seq, time, did } = event
    if (event.event === 'identity') {
      // Asked anew: a handle that was looked up before would be told.
      const known = (await pds.ctx.idResolver.did.resolve(did, true))?.alsoKnownAs ?? []
      return tell({ seq, time, did, kind: 'identity', handle: known[0]?.replace('at://', '') })
    }
    if (event.event === 'account') {
      return tell({ seq, time, did, kind: 'account', active: event.active, status: event.status })
    }
    const { collection, rkey, rev } = event
    const commit = { operation: event.event, collection, rkey, rev }
    if (event.record) Object.assign(commit, { record: lexToJson(event.record), cid: event.cid.toString() })
    return tell({ seq, time, did, kind: 'commit', commit })
  },
})
void firehose.start()

tell({ pds: pds.url.replace('localhost', '127.0.0.1'), plc: plc.url.replace('localhost', '127.0.0.1') })

process.stdin.resume()
process.stdin.on('end', () => process.exit(0))
