// A server of Go's net/http as it comes, for differential_test: prints its port and answers whatever it accepts.
package main

import (
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
)

func main() {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	fmt.Println(listener.Addr().(*net.TCPAddr).Port)
	handler := http.HandlerFunc(func(answer http.ResponseWriter, asked *http.Request) {
		if _, err := io.Copy(io.Discard, asked.Body); err != nil {
			http.Error(answer, err.Error(), http.StatusBadRequest)
			return
		}
		fmt.Fprintln(answer, "ok")
	})
	server := http.Server{Handler: handler, ErrorLog: log.New(io.Discard, "", 0)}
	_ = server.Serve(listener)
}
