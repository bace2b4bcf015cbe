/*
 * The remote of the emulated box: a uinput device with every KEY_* code, controlled over a virtio port.
 * QEMU's own keyboard has no key above 255, and a remote's OK is 0x160.
 *
 *   remote PORT
 *
 * Lines in: "press CODE MILLISECONDS", "down CODE", "up CODE", "unplug", "plug"; "repeat DELAY PERIOD" sets the
 * kernel's repeats of the device in milliseconds; "twin" adds a second node of the same remote, "both CODE
 * MILLISECONDS" presses a key on both, "untwin" removes it.  Out, for each: "ok" or "error".
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/uinput.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

static int device = -1;
static int twin = -1;

static int emit(int node, int type, int code, int value)
{
    struct input_event event;
    memset(&event, 0, sizeof event);
    event.type = type;
    event.code = code;
    event.value = value;
    return write(node, &event, sizeof event) == sizeof event ? 0 : -1;
}

static int key(int node, int code, int value)
{
    return emit(node, EV_KEY, code, value) || emit(node, EV_SYN, SYN_REPORT, 0) ? -1 : 0;
}

static int repeat(int delay, int period)
{
    int failed = emit(device, EV_REP, REP_DELAY, delay) || emit(device, EV_REP, REP_PERIOD, period);
    return emit(device, EV_SYN, SYN_REPORT, 0) || failed ? -1 : 0;
}

static int is_key(int code)
{
    int is_button = code >= BTN_MISC && code < KEY_OK;
    int is_pad = code >= BTN_DPAD_UP && code <= BTN_DPAD_RIGHT;
    int is_trigger = code >= BTN_TRIGGER_HAPPY1 && code <= BTN_TRIGGER_HAPPY40;
    return !is_button && !is_pad && !is_trigger;
}

static int plug(int *node, const char *name)
{
    struct uinput_setup setup;
    *node = open("/dev/uinput", O_WRONLY | O_CLOEXEC);
    if (*node < 0)
        return -1;
    ioctl(*node, UI_SET_EVBIT, EV_KEY);
    /* The kernel repeats held keys, as it does for infrared receivers. */
    ioctl(*node, UI_SET_EVBIT, EV_REP);
    for (int code = 1; code < KEY_MAX; code++)
        if (is_key(code))
            ioctl(*node, UI_SET_KEYBIT, code);
    memset(&setup, 0, sizeof setup);
    setup.id.bustype = BUS_VIRTUAL;
    strcpy(setup.name, name);
    return ioctl(*node, UI_DEV_SETUP, &setup) || ioctl(*node, UI_DEV_CREATE) ? -1 : 0;
}

static int unplug(int *node)
{
    int failed = *node < 0 || close(*node);
    *node = -1;
    return failed ? -1 : 0;
}

static int obey(const char *line)
{
    char order[16] = "";
    int code = 0, milliseconds = 0;
    int words = sscanf(line, "%15s %i %d", order, &code, &milliseconds);
    int has_key = words >= 2 && code > 0 && code < KEY_MAX;
    if (words == 1 && !strcmp(order, "unplug"))
        return unplug(&device);
    if (words == 1 && !strcmp(order, "plug"))
        return plug(&device, "Lab remote");
    if (words == 1 && !strcmp(order, "twin"))
        return plug(&twin, "Lab remote, second node");
    if (words == 1 && !strcmp(order, "untwin"))
        return unplug(&twin);
    if (words == 3 && !strcmp(order, "repeat"))
        return repeat(code, milliseconds);
    if (has_key && !strcmp(order, "down"))
        return key(device, code, 1);
    if (has_key && !strcmp(order, "up"))
        return key(device, code, 0);
    if (has_key && words == 3 && !strcmp(order, "press")) {
        int failed = key(device, code, 1);
        usleep(milliseconds * 1000);
        return key(device, code, 0) || failed ? -1 : 0;
    }
    if (has_key && words == 3 && !strcmp(order, "both")) {
        int failed = key(device, code, 1) || key(twin, code, 1);
        usleep(milliseconds * 1000);
        failed = key(device, code, 0) || failed;
        return key(twin, code, 0) || failed ? -1 : 0;
    }
    errno = EINVAL;
    return -1;
}

int main(int count, char **arguments)
{
    char line[256];
    FILE *in, *out;
    if (count != 2)
        return 2;
    if (plug(&device, "Lab remote")) {
        perror("remote: /dev/uinput");
        return 1;
    }
    int port = open(arguments[1], O_RDWR | O_CLOEXEC);
    if (port < 0 || !(in = fdopen(port, "r")) || !(out = fdopen(dup(port), "w"))) {
        perror(arguments[1]);
        return 1;
    }
    setvbuf(in, NULL, _IONBF, 0);
    for (;;) {
        if (!fgets(line, sizeof line, in)) {
            /* The lab is not connected yet. */
            clearerr(in);
            usleep(20000);
            continue;
        }
        if (obey(line)) {
            perror(line);
            fputs("error\n", out);
        } else {
            fputs("ok\n", out);
        }
        fflush(out);
    }
}
