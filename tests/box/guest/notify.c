/*
 * Stands in for systemd's side of sd_notify: notify SOCKET prints every message, one line each.
 */
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

int main(int count, char **arguments)
{
    struct sockaddr_un address;
    char message[1024];
    if (count != 2 || strlen(arguments[1]) >= sizeof address.sun_path)
        return 2;
    memset(&address, 0, sizeof address);
    address.sun_family = AF_UNIX;
    strcpy(address.sun_path, arguments[1]);
    unlink(arguments[1]);
    int listener = socket(AF_UNIX, SOCK_DGRAM, 0);
    if (listener < 0 || bind(listener, (struct sockaddr *)&address, sizeof address) || chmod(arguments[1], 0666)) {
        perror(arguments[1]);
        return 1;
    }
    for (;;) {
        ssize_t length = recv(listener, message, sizeof message - 1, 0);
        if (length < 0)
            return 1;
        message[length] = 0;
        for (char *line = strtok(message, "\n"); line; line = strtok(NULL, "\n"))
            printf("NOTIFY %s\n", line);
        fflush(stdout);
    }
}
