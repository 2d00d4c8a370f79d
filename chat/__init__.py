"""The rules of the chat: no Tornado, no sockets, no clock of its own.

One message's way, straight through, never back:

    1  handlers   a frame arrives on a socket                     on_message
    2  codec      turns it into a command                         or refuses it, in words
    3  room       checks it and makes a draft
    4  history    appends the draft: now it has its id, and is durable
    5  history    hands the batch to the hub, the hub to the room,
                  which has it encoded once per wire
    6  handlers   the same bytes go to every member of the room;
                  the sender's ack follows its own copy, in the same write
"""
