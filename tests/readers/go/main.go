// Readers that run in Go. One line of JSON in is one request, one line out is what each reader makes of it; ../README.md has both forms.
package main

import (
	"bufio"
	"encoding/json"
	"os"
	"runtime"
)

type asked struct {
	Method string  `json:"method"`
	Target []byte  `json:"target"`
	Type   *string `json:"type"`
	Kind   *string `json:"kind"`
	Body   *[]byte `json:"body"`
}

func main() {
	text, err := os.ReadFile(os.Args[1])
	must(err)
	var routes []string
	must(json.Unmarshal(text, &routes))
	reader := newReader(routes)
	out := json.NewEncoder(os.Stdout)
	version := runtime.Version()
	must(out.Encode(map[string]any{"versions": map[string]string{"go": version, "go_struct": version}}))
	lines := bufio.NewReader(os.Stdin)
	for {
		line, err := lines.ReadBytes('\n')
		if err != nil {
			return
		}
		var request asked
		must(json.Unmarshal(line, &request))
		must(out.Encode(map[string]any{"answers": map[string]any{"go": reader.read(request), "go_struct": readStruct(request)}}))
	}
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}

// Whether the edge judged the body as one of this kind.
func (asked asked) is(kind string) bool {
	return asked.Kind != nil && *asked.Kind == kind
}
