/*
 * Another program that has something for itself until it is killed: hold card NODE, hold receiver NAME.
 * When it has it, /run/held exists.
 */
#include <fcntl.h>
#include <linux/input.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* DRM_IOCTL_SET_MASTER of drm/drm.h, which is no part of the C library's headers. */
#define SET_MASTER _IO('d', 0x1e)

static int hold_card(const char *node)
{
    int card = open(node, O_RDWR | O_CLOEXEC);
    return card < 0 || ioctl(card, SET_MASTER, 0);
}

static int hold_receiver(const char *name)
{
    for (int number = 0; number < 64; number++) {
        char node[64], found[128] = "";
        snprintf(node, sizeof node, "/dev/input/event%d", number);
        int device = open(node, O_RDONLY | O_CLOEXEC);
        if (device < 0)
            continue;
        if (ioctl(device, EVIOCGNAME(sizeof found), found) > 0 && !strcmp(found, name))
            return ioctl(device, EVIOCGRAB, 1);
        close(device);
    }
    return -1;
}

int main(int count, char **arguments)
{
    if (count != 3)
        return 2;
    if (!strcmp(arguments[1], "card") ? hold_card(arguments[2]) : hold_receiver(arguments[2])) {
        perror(arguments[2]);
        return 1;
    }
    close(open("/run/held", O_CREAT | O_WRONLY, 0600));
    pause();
    return 0;
}
