package badger

const (
	roomToOpen  = 32 << 20
	roomToWrite = 64 << 20
)

func room(dir string, bytes uint64) error { return nil }
