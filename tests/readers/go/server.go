package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
)

// net/http: its reader of requests, its router, `URL.Query`, `PostForm`, and encoding/json.
type reader struct {
	routes *http.ServeMux
	known  map[string]string
}

func newReader(routes []string) reader {
	mux, known := http.NewServeMux(), map[string]string{}
	for _, route := range routes {
		// A capture is a whole segment in Go, so it has no verbs behind one.
		if !strings.Contains(route, ":") {
			mux.HandleFunc(route, func(http.ResponseWriter, *http.Request) {})
			known[route] = route
		}
	}
	return reader{mux, known}
}

// The bytes of the request, as a server reads them.
func arriving(asked asked) (*http.Request, error) {
	var text bytes.Buffer
	fmt.Fprintf(&text, "%s %s HTTP/1.1\r\nhost: api.example\r\n", asked.Method, asked.Target)
	if asked.Body != nil {
		fmt.Fprintf(&text, "content-type: %s\r\ncontent-length: %d\r\n", *asked.Type, len(*asked.Body))
	}
	text.WriteString("\r\n")
	if asked.Body != nil {
		text.Write(*asked.Body)
	}
	return http.ReadRequest(bufio.NewReader(&text))
}

func (reader reader) read(asked asked) map[string]any {
	request, err := arriving(asked)
	if err != nil {
		return refused(err)
	}
	answer := map[string]any{"query": all(request.URL.Query())}
	reader.route(request, answer)
	if asked.is("form") {
		if err := request.ParseForm(); err != nil {
			return refused(err)
		}
		answer["form"] = all(request.PostForm)
	}
	if asked.is("json") {
		body, err := io.ReadAll(request.Body)
		if err != nil {
			return refused(err)
		}
		var read any
		if err := json.Unmarshal(body, &read); err != nil {
			return refused(err)
		}
		answer["json"] = value(read)
	}
	return answer
}

func (reader reader) route(request *http.Request, answer map[string]any) {
	_, pattern := reader.routes.Handler(request)
	path := []any{}
	if route, ok := reader.known[pattern]; ok {
		answer["route"] = route
	} else {
		answer["route"] = nil
	}
	// Only ServeHTTP fills in the captures.
	reader.routes.ServeHTTP(discard{}, request)
	for _, segment := range strings.Split(pattern, "/") {
		if name, ok := strings.CutPrefix(segment, "{"); ok {
			name = strings.TrimSuffix(name, "}")
			path = append(path, []any{name, map[string]string{"text": request.PathValue(name)}})
		}
	}
	answer["path"] = path
}

type discard struct{}

func (discard) Header() http.Header             { return http.Header{} }
func (discard) Write(bytes []byte) (int, error) { return len(bytes), nil }
func (discard) WriteHeader(int)                 {}

func all(values url.Values) []any {
	read := []any{}
	for name, texts := range values {
		read = append(read, []any{name, map[string]any{"all": texts}})
	}
	return read
}

func refused(err error) map[string]any {
	return map[string]any{"refused": err.Error()}
}
