/*
 * Runs a program with the rights that its systemd unit gives it: as-user UID GID[,GID...] PROGRAM [ARGUMENT...]
 * No capability is left, and none can be won.  Busybox's su knows no supplementary groups without a login.
 */
#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

int main(int count, char **arguments)
{
    gid_t groups[16];
    int found = 0;
    if (count < 4)
        return 2;
    for (char *word = strtok(arguments[2], ","); word && found < 16; word = strtok(NULL, ","))
        groups[found++] = atoi(word);
    uid_t user = atoi(arguments[1]);
    if (found == 0 || setgroups(found, groups) || setgid(groups[0]) || setuid(user) ||
        prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)) {
        perror("as-user");
        return 1;
    }
    execv(arguments[3], arguments + 3);
    perror(arguments[3]);
    return 127;
}
