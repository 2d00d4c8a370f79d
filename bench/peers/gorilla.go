// Go with gorilla/websocket in the shape of the ancestor: a map of connections behind a mutex,
// and whoever reads a message writes it to all of them.
package main

import (
	"log"
	"net/http"
	"os"
	"sync"

	"github.com/gorilla/websocket"
)

var (
	upgrader = websocket.Upgrader{}
	mutex    sync.Mutex
	members  = map[*websocket.Conn]bool{}
)

func broadcast(writer http.ResponseWriter, request *http.Request) {
	connection, err := upgrader.Upgrade(writer, request, nil)
	if err != nil {
		return
	}
	defer connection.Close()
	mutex.Lock()
	members[connection] = true
	mutex.Unlock()
	for {
		kind, message, err := connection.ReadMessage()
		mutex.Lock()
		if err != nil {
			delete(members, connection)
			mutex.Unlock()
			return
		}
		for member := range members {
			if member.WriteMessage(kind, message) != nil {
				delete(members, member)
			}
		}
		mutex.Unlock()
	}
}

func echo(writer http.ResponseWriter, request *http.Request) {
	connection, err := upgrader.Upgrade(writer, request, nil)
	if err != nil {
		return
	}
	defer connection.Close()
	for {
		kind, message, err := connection.ReadMessage()
		if err != nil || connection.WriteMessage(kind, message) != nil {
			return
		}
	}
}

func main() {
	http.HandleFunc("/ws", broadcast)
	http.HandleFunc("/echo", echo)
	log.Fatal(http.ListenAndServe("127.0.0.1:"+os.Args[1], nil))
}
