// Factory-verify checks checkpoints and proofs that Factory wrote, with the code that Go's own module tools trust:
// golang.org/x/mod/sumdb/note and golang.org/x/mod/sumdb/tlog. Nothing of Factory is used.
//
// Standard input: one case a line, as JSON; contents in base64.
//
//	{"kind":"note",        "key":SPKI, "name":NAME, "note":CHECKPOINT}
//	{"kind":"inclusion",   "key":SPKI, "name":NAME, "line":LINE_WITHOUT_LF, "proof":TLOG_PROOF}; without a line, the proof's extra data is the line
//	{"kind":"consistency", "key":SPKI, "name":NAME, "note":OLD_CHECKPOINT, "proof":OLD_SIZE_PROOF_NEW_CHECKPOINT}
//
// Standard output: for each case one line, "ok SIZE" or "bad REASON".
package main

import (
	"bufio"
	"bytes"
	"crypto/ecdsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

type request struct {
	Kind  string `json:"kind"`
	Key   []byte `json:"key"`
	Name  string `json:"name"`
	Note  []byte `json:"note"`
	Line  []byte `json:"line"`
	Proof []byte `json:"proof"`
}

// ecdsaVerifier is signature type 0x02 of C2SP's signed-note: the key id is the beginning of SHA-256 of the key, the
// signature is DER over SHA-256 of the text. The package brings Ed25519 only, and this interface for everything else.
type ecdsaVerifier struct {
	name string
	id   uint32
	key  *ecdsa.PublicKey
}

func (v *ecdsaVerifier) Name() string    { return v.name }
func (v *ecdsaVerifier) KeyHash() uint32 { return v.id }
func (v *ecdsaVerifier) Verify(msg, sig []byte) bool {
	digest := sha256.Sum256(msg)
	return ecdsa.VerifyASN1(v.key, digest[:], sig)
}

func newVerifier(name string, spki []byte) (note.Verifier, error) {
	parsed, err := x509.ParsePKIXPublicKey(spki)
	if err != nil {
		return nil, err
	}
	key, ok := parsed.(*ecdsa.PublicKey)
	if !ok {
		return nil, errors.New("the key is not ECDSA")
	}
	digest := sha256.Sum256(spki)
	return &ecdsaVerifier{name, binary.BigEndian.Uint32(digest[:4]), key}, nil
}

// openCheckpoint checks the signature and reads the tree. tlog.ParseTree wants the origin of Go's own log, so the three
// lines are read here.
func openCheckpoint(msg []byte, verifier note.Verifier) (tlog.Tree, error) {
	opened, err := note.Open(msg, note.VerifierList(verifier))
	if err != nil {
		return tlog.Tree{}, err
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) < 4 || lines[0] != verifier.Name() {
		return tlog.Tree{}, errors.New("the text is not a checkpoint of this origin")
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil || size < 0 || lines[1] != strconv.FormatInt(size, 10) {
		return tlog.Tree{}, errors.New("the size is not a plain decimal number")
	}
	root, err := parseHash(lines[2])
	return tlog.Tree{N: size, Hash: root}, err
}

func parseHash(text string) (hash tlog.Hash, err error) {
	raw, err := base64.StdEncoding.Strict().DecodeString(text)
	if err == nil && len(raw) != tlog.HashSize {
		err = errors.New("a hash is not of 32 bytes")
	}
	copy(hash[:], raw)
	return hash, err
}

// splitProof reads: head lines (a word, a space, a value; or the name of the format), hashes, an empty line, a checkpoint.
func splitProof(proof []byte) (head []string, hashes []tlog.Hash, checkpoint []byte, err error) {
	above, checkpoint, found := bytes.Cut(proof, []byte("\n\n"))
	if !found {
		return nil, nil, nil, errors.New("the proof has no checkpoint")
	}
	for _, line := range strings.Split(string(above), "\n") {
		if hashes == nil && strings.ContainsAny(line, " @") {
			head = append(head, line)
			continue
		}
		hash, err := parseHash(line)
		if err != nil {
			return nil, nil, nil, fmt.Errorf("%q is no hash: %v", line, err)
		}
		hashes = append(hashes, hash)
	}
	return head, hashes, checkpoint, nil
}

func number(line, name string) (int64, error) {
	text := strings.TrimPrefix(line, name+" ")
	n, err := strconv.ParseInt(text, 10, 64)
	if text == line || err != nil || n < 0 || text != strconv.FormatInt(n, 10) {
		return 0, fmt.Errorf("%q is not %s and a number", line, name)
	}
	return n, nil
}

// checkInclusion follows C2SP's tlog-proof, "Verifying a tlog proof".
func checkInclusion(r request, verifier note.Verifier) (int64, error) {
	head, hashes, checkpoint, err := splitProof(r.Proof)
	if err != nil {
		return 0, err
	}
	// Factory puts the line itself into the extra data, so that the proof stands alone.
	if len(head) == 3 && strings.HasPrefix(head[1], "extra ") {
		extra, err := base64.StdEncoding.Strict().DecodeString(strings.TrimPrefix(head[1], "extra "))
		if err != nil {
			return 0, err
		}
		if len(r.Line) == 0 {
			r.Line = extra
		}
		head = []string{head[0], head[2]}
	}
	if len(head) != 2 || head[0] != "c2sp.org/tlog-proof@v1" {
		return 0, errors.New("not a c2sp.org/tlog-proof@v1")
	}
	index, err := number(head[1], "index")
	if err != nil {
		return 0, err
	}
	tree, err := openCheckpoint(checkpoint, verifier)
	if err != nil {
		return 0, err
	}
	return tree.N, tlog.CheckRecord(hashes, tree.N, tree.Hash, index, tlog.RecordHash(r.Line))
}

// checkConsistency takes the body of an add-checkpoint request (C2SP's tlog-witness) and the older checkpoint.
func checkConsistency(r request, verifier note.Verifier) (int64, error) {
	old, err := openCheckpoint(r.Note, verifier)
	if err != nil {
		return 0, fmt.Errorf("older checkpoint: %v", err)
	}
	head, hashes, checkpoint, err := splitProof(r.Proof)
	if err != nil {
		return 0, err
	}
	if len(head) != 1 {
		return 0, errors.New("the proof does not begin with one old size")
	}
	size, err := number(head[0], "old")
	if err != nil {
		return 0, err
	}
	if size != old.N {
		return 0, fmt.Errorf("the proof is from size %d, the older checkpoint has %d", size, old.N)
	}
	tree, err := openCheckpoint(checkpoint, verifier)
	if err != nil {
		return 0, err
	}
	return tree.N, tlog.CheckTree(hashes, tree.N, tree.Hash, old.N, old.Hash)
}

func check(r request) (int64, error) {
	verifier, err := newVerifier(r.Name, r.Key)
	if err != nil {
		return 0, err
	}
	switch r.Kind {
	case "note":
		tree, err := openCheckpoint(r.Note, verifier)
		return tree.N, err
	case "inclusion":
		return checkInclusion(r, verifier)
	case "consistency":
		return checkConsistency(r, verifier)
	}
	return 0, fmt.Errorf("no kind %q", r.Kind)
}

func main() {
	input := bufio.NewScanner(os.Stdin)
	input.Buffer(nil, 1<<24)
	output := bufio.NewWriter(os.Stdout)
	defer output.Flush()
	for input.Scan() {
		var r request
		if err := json.Unmarshal(input.Bytes(), &r); err != nil {
			fmt.Fprintf(os.Stderr, "a case is not JSON: %v\n", err)
			os.Exit(2)
		}
		if size, err := check(r); err != nil {
			fmt.Fprintf(output, "bad %s\n", strings.ReplaceAll(err.Error(), "\n", " "))
		} else {
			fmt.Fprintf(output, "ok %d\n", size)
		}
	}
	if err := input.Err(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
}
