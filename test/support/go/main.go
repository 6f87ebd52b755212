// The official Go SDK on both sides of a gateway: `peer server stdio`, `peer server http` (prints its address) and
// `peer client VERSION EVERYTHING_URL GO_URL TOKEN` (prints what it saw as one JSON line; an empty VERSION is the newest).
package main

import (
	"context"
	"fmt"
	"os"
)

func main() {
	if err := run(context.Background(), os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) error {
	switch {
	case len(args) == 2 && args[0] == "server":
		return serve(ctx, args[1])
	case len(args) == 5 && args[0] == "client":
		return walk(ctx, args[1], args[2], args[3], args[4])
	}
	return fmt.Errorf("unknown arguments %q", args)
}
