'use strict';
// Checks DSSE envelopes that Factory signed with the verifier that sigstore publishes, @sigstore/verify. Nothing of Factory
// is used. The envelope goes into a sigstore bundle that names a public key, as sigstore does for keys that its own
// certificate authority did not issue; so no transparency log, no certificate log and no time stamp is asked for.
//
// Standard input: one case a line, {"key": SPKI, "envelope": FILE}, both in base64.
// Standard output: for each case one line, "ok PAYLOAD_TYPE" or "bad REASON".
const readline = require('node:readline');
const { bundleFromJSON } = require('@sigstore/bundle');
const { Verifier, toSignedEntity, toTrustMaterial } = require('@sigstore/verify');

const NO_AUTHORITIES = { certificateAuthorities: [], timestampAuthorities: [], tlogs: [], ctlogs: [] };
const HINT = 'factory';

function verify(test) {
  const bundle = bundleFromJSON({
    mediaType: 'application/vnd.dev.sigstore.bundle.v0.3+json',
    verificationMaterial: { publicKey: { hint: HINT }, tlogEntries: [] },
    dsseEnvelope: JSON.parse(Buffer.from(test.envelope, 'base64').toString('utf8')),
  });
  const trusted = toTrustMaterial(NO_AUTHORITIES, { [HINT]: { rawBytes: Buffer.from(test.key, 'base64') } });
  const verifier = new Verifier(trusted, { tlogThreshold: 0, ctlogThreshold: 0, timestampThreshold: 0 });
  verifier.verify(toSignedEntity(bundle));
  return bundle.content.dsseEnvelope.payloadType;
}

readline.createInterface({ input: process.stdin }).on('line', (line) => {
  const test = JSON.parse(line);
  try {
    console.log(`ok ${verify(test)}`);
  } catch (error) {
    console.log(`bad ${String(error.message).replaceAll('\n', ' ')}`);
  }
});
