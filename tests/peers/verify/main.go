// A stranger's look at a log of a Warifu hub: nothing but its folder, the verifier keys and golang.org/x/mod. It checks the checkpoint's signature and
// cosignatures, the whole tree, every entry against its leaf, inclusion of each entry, and consistency with an earlier checkpoint.
//
//	verify <folder> <vkey of the log> [-old <checkpoint>] [<vkey of a witness>...]
//
// Or at a receipt (C2SP tlog-proof): that the leaf with this hash stands in the log, under a checkpoint that log and witnesses signed.
//
//	verify -proof <file> <leaf hash, hex> <vkey of the log> [<vkey of a witness>...]
package main

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const height = 8

func fail(format string, values ...interface{}) {
	fmt.Fprintf(os.Stderr, format+"\n", values...)
	os.Exit(1)
}

// A key of type 0x04 (C2SP tlog-cosignature, cosignature/v1), which x/mod does not know.
type cosigner struct {
	name string
	hash uint32
	key  ed25519.PublicKey
}

func (c cosigner) Name() string    { return c.name }
func (c cosigner) KeyHash() uint32 { return c.hash }
func (c cosigner) Verify(msg, sig []byte) bool {
	if len(sig) != 8+ed25519.SignatureSize {
		return false
	}
	text := fmt.Sprintf("cosignature/v1\ntime %d\n%s", binary.BigEndian.Uint64(sig), msg)
	return ed25519.Verify(c.key, []byte(text), sig[8:])
}

func verifier(vkey string) note.Verifier {
	fields := strings.SplitN(vkey, "+", 3)
	if len(fields) == 3 {
		hash, err := strconv.ParseUint(fields[1], 16, 32)
		key, err64 := base64.StdEncoding.DecodeString(fields[2])
		if err == nil && err64 == nil && len(key) == 33 && key[0] == 4 {
			return cosigner{fields[0], uint32(hash), ed25519.PublicKey(key[1:])}
		}
	}
	v, err := note.NewVerifier(vkey)
	if err != nil {
		fail("verifier key: %v", err)
	}
	return v
}

type checkpoint struct {
	tree tlog.Tree
	sigs int
}

func open(file string, keys []note.Verifier) checkpoint {
	text, err := os.ReadFile(file)
	if err != nil {
		fail("%v", err)
	}
	return parse(file, text, keys)
}

func parse(file string, text []byte, keys []note.Verifier) checkpoint {
	n, err := note.Open(text, note.VerifierList(keys...))
	if err != nil {
		fail("%s: %v", file, err)
	}
	lines := strings.Split(n.Text, "\n")
	if len(lines) != 4 || lines[0] != keys[0].Name() {
		fail("%s: not a checkpoint of this log", file)
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	root, err64 := base64.StdEncoding.DecodeString(lines[2])
	if err != nil || err64 != nil || len(root) != tlog.HashSize {
		fail("%s: not a checkpoint", file)
	}
	out := checkpoint{tree: tlog.Tree{N: size}, sigs: len(n.Sigs)}
	copy(out.tree.Hash[:], root)
	signed := false
	for _, s := range n.Sigs {
		signed = signed || s.Name == keys[0].Name()
	}
	if !signed {
		fail("%s: not signed by the log", file)
	}
	return out
}

// x/mod calls tile/8/<level>/<number> what C2SP calls tile/<level>/<number>.
type files struct{ folder string }

func (f files) Height() int { return height }
func (f files) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var out [][]byte
	for _, t := range tiles {
		data, err := os.ReadFile(filepath.Join(f.folder, strings.Replace(t.Path(), "tile/8/", "tile/", 1)))
		if err != nil {
			return nil, err
		}
		out = append(out, data)
	}
	return out, nil
}
func (f files) SaveTiles([]tlog.Tile, [][]byte) {}

func bundle(folder string, number, width int64) [][]byte {
	t := tlog.Tile{H: height, L: 0, N: number, W: int(width)}
	data, err := os.ReadFile(filepath.Join(folder, strings.Replace(t.Path(), "tile/8/0/", "tile/entries/", 1)))
	if err != nil {
		fail("%v", err)
	}
	var out [][]byte
	for int64(len(out)) < width {
		if len(data) < 2 || len(data) < 2+int(binary.BigEndian.Uint16(data)) {
			fail("bundle %d is cut", number)
		}
		n := int(binary.BigEndian.Uint16(data))
		out = append(out, data[2:2+n])
		data = data[2+n:]
	}
	if len(data) != 0 {
		fail("bundle %d has a rest", number)
	}
	return out
}

func receipt(file, leaf string, keys []note.Verifier) {
	data, err := os.ReadFile(file)
	if err != nil {
		fail("%v", err)
	}
	parts := strings.SplitN(string(data), "\n\n", 2)
	lines := strings.Split(parts[0], "\n")
	if len(parts) != 2 || len(lines) < 2 || lines[0] != "c2sp.org/tlog-proof@v1" || !strings.HasPrefix(lines[1], "index ") {
		fail("%s: not a receipt", file)
	}
	index, err := strconv.ParseInt(lines[1][len("index "):], 10, 64)
	if err != nil {
		fail("%s: %v", file, err)
	}
	var path tlog.RecordProof
	for _, line := range lines[2:] {
		raw, err := base64.StdEncoding.DecodeString(line)
		if err != nil || len(raw) != tlog.HashSize {
			fail("%s: not a hash", file)
		}
		var hash tlog.Hash
		copy(hash[:], raw)
		path = append(path, hash)
	}
	raw, err := hex.DecodeString(leaf)
	if err != nil || len(raw) != tlog.HashSize {
		fail("not a leaf hash")
	}
	var record tlog.Hash
	copy(record[:], raw)
	head := parse(file, []byte(parts[1]), keys)
	if err := tlog.CheckRecord(path, head.tree.N, head.tree.Hash, index, record); err != nil {
		fail("inclusion at %d of %d: %v", index, head.tree.N, err)
	}
	fmt.Printf("INCLUDED index %d size %d signatures %d\n", index, head.tree.N, head.sigs)
}

func main() {
	if len(os.Args) >= 5 && os.Args[1] == "-proof" {
		var keys []note.Verifier
		for _, vkey := range os.Args[4:] {
			keys = append(keys, verifier(vkey))
		}
		receipt(os.Args[2], os.Args[3], keys)
		return
	}
	if len(os.Args) < 3 {
		fail("usage: verify <folder> <vkey> [-old <checkpoint>] [<witness vkey>...]")
	}
	folder, old := os.Args[1], ""
	keys := []note.Verifier{verifier(os.Args[2])}
	for i := 3; i < len(os.Args); i++ {
		if os.Args[i] == "-old" && i+1 < len(os.Args) {
			i++
			old = os.Args[i]
			continue
		}
		keys = append(keys, verifier(os.Args[i]))
	}
	head := open(filepath.Join(folder, "checkpoint"), keys)
	reader := tlog.TileHashReader(head.tree, files{folder})

	// The root of no leaves is the hash of nothing (RFC 6962 section 2.1); TreeHash says zeros.
	root, err := tlog.Hash(sha256.Sum256(nil)), error(nil)
	if head.tree.N > 0 {
		root, err = tlog.TreeHash(head.tree.N, reader)
	}
	if err != nil || root != head.tree.Hash {
		fail("the tiles do not give the root: %v", err)
	}
	for first := int64(0); first < head.tree.N; first += 1 << height {
		width := head.tree.N - first
		if width > 1<<height {
			width = 1 << height
		}
		for i, entry := range bundle(folder, first>>height, width) {
			index := first + int64(i)
			leaf := tlog.RecordHash(entry)
			stored, err := reader.ReadHashes([]int64{tlog.StoredHashIndex(0, index)})
			if err != nil || stored[0] != leaf {
				fail("entry %d does not match its leaf: %v", index, err)
			}
			proof, err := tlog.ProveRecord(head.tree.N, index, reader)
			if err == nil {
				err = tlog.CheckRecord(proof, head.tree.N, head.tree.Hash, index, leaf)
			}
			if err != nil {
				fail("inclusion of entry %d: %v", index, err)
			}
		}
	}
	if old != "" {
		before := open(old, keys)
		proof, err := tlog.ProveTree(head.tree.N, before.tree.N, reader)
		if err == nil {
			err = tlog.CheckTree(proof, head.tree.N, head.tree.Hash, before.tree.N, before.tree.Hash)
		}
		if err != nil {
			fail("consistency %d -> %d: %v", before.tree.N, head.tree.N, err)
		}
		fmt.Printf("consistent %d -> %d\n", before.tree.N, head.tree.N)
	}
	fmt.Printf("VERIFIED size %d signatures %d\n", head.tree.N, head.sigs)
}
