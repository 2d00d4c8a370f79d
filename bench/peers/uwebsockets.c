/* uWebSockets without Python: the library that the socketify package carries, from C. Its own
   `publish` to a topic. The declarations are those of the library's C interface. */

#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>

#define TEXT 1

typedef struct app App;
typedef struct websocket Websocket;

struct context_options {
    const char *key, *certificate, *passphrase, *parameters, *authority, *ciphers;
    int prefer_low_memory;
};

struct listen_config {
    int port;
    const char *host;
    int options;
};

struct behavior {
    int compression;
    unsigned largest_payload;
    unsigned short idle_timeout;
    unsigned most_backpressure;
    bool close_on_backpressure, reset_idle_timeout_on_send, pings;
    unsigned short longest_life;
    void (*upgrade)(void);
    void (*open)(Websocket *, void *);
    void (*message)(Websocket *, const char *, size_t, int, void *);
    void (*drain)(Websocket *, void *);
    void (*ping)(void), (*pong)(void), (*close)(void), (*subscription)(void);
};

App *uws_create_app(int ssl, struct context_options);
void uws_ws(int ssl, App *, const char *pattern, struct behavior, void *data);
void uws_app_listen_with_config(int ssl, App *, struct listen_config,
                                void (*listening)(void *, struct listen_config, void *), void *);
void uws_app_run(int ssl, App *);
bool uws_ws_subscribe(int ssl, Websocket *, const char *topic, size_t length);
int uws_ws_send(int ssl, Websocket *, const char *message, size_t length, int opcode);
bool uws_publish(int ssl, App *, const char *topic, size_t topic_length, const char *message,
                 size_t length, int opcode, bool compress);

static App *app;

static void join(Websocket *member, void *data)
{
    (void)data;
    uws_ws_subscribe(0, member, "all", 3);
}

static void broadcast(Websocket *member, const char *message, size_t length, int opcode, void *data)
{
    (void)member, (void)opcode, (void)data;
    uws_publish(0, app, "all", 3, message, length, TEXT, false);
}

static void echo(Websocket *member, const char *message, size_t length, int opcode, void *data)
{
    (void)opcode, (void)data;
    uws_ws_send(0, member, message, length, TEXT);
}

static void listening(void *socket, struct listen_config config, void *data)
{
    (void)config, (void)data;
    if (!socket)
        exit(1);
}

int main(int count, char **arguments)
{
    /* Nobody is closed for being silent, or misses a message for being behind. */
    struct behavior patient = {.largest_payload = 65536, .most_backpressure = 1 << 20};
    struct behavior broadcasts = patient, echoes = patient;
    if (count < 2)
        return 2;
    broadcasts.open = join;
    broadcasts.message = broadcast;
    echoes.message = echo;
    app = uws_create_app(0, (struct context_options){0});
    uws_ws(0, app, "/ws", broadcasts, NULL);
    uws_ws(0, app, "/echo", echoes, NULL);
    uws_app_listen_with_config(
        0, app, (struct listen_config){.port = atoi(arguments[1]), .host = "127.0.0.1"}, listening,
        NULL);
    uws_app_run(0, app);
    return 0;
}
