/*
 * The remote of the emulated box: a uinput device with every KEY_* code, told what to do over a virtio port.
 * QEMU's own keyboard has no key above 255, and a remote's OK is 0x160.
 *
 *   remote PORT
 *
 * Lines in: "press CODE MILLISECONDS", "down CODE", "up CODE", "unplug", "plug".  Out, for each: "ok" or "error".
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

static int emit(int type, int code, int value)
{
    struct input_event event;
    memset(&event, 0, sizeof event);
    event.type = type;
    event.code = code;
    event.value = value;
    return write(device, &event, sizeof event) == sizeof event ? 0 : -1;
}

static int key(int code, int value)
{
    return emit(EV_KEY, code, value) || emit(EV_SYN, SYN_REPORT, 0) ? -1 : 0;
}

static int is_key(int code)
{
    int is_button = code >= BTN_MISC && code < KEY_OK;
    int is_pad = code >= BTN_DPAD_UP && code <= BTN_DPAD_RIGHT;
    int is_trigger = code >= BTN_TRIGGER_HAPPY1 && code <= BTN_TRIGGER_HAPPY40;
    return !is_button && !is_pad && !is_trigger;
}

static int plug(void)
{
    struct uinput_setup setup;
    device = open("/dev/uinput", O_WRONLY | O_CLOEXEC);
    if (device < 0)
        return -1;
    ioctl(device, UI_SET_EVBIT, EV_KEY);
    /* The kernel repeats held keys, as it does for infrared receivers. */
    ioctl(device, UI_SET_EVBIT, EV_REP);
    for (int code = 1; code < KEY_MAX; code++)
        if (is_key(code))
            ioctl(device, UI_SET_KEYBIT, code);
    memset(&setup, 0, sizeof setup);
    setup.id.bustype = BUS_VIRTUAL;
    strcpy(setup.name, "Lab remote");
    return ioctl(device, UI_DEV_SETUP, &setup) || ioctl(device, UI_DEV_CREATE) ? -1 : 0;
}

static int unplug(void)
{
    int failed = device < 0 || close(device);
    device = -1;
    return failed ? -1 : 0;
}

static int obey(const char *line)
{
    char order[16] = "";
    int code = 0, milliseconds = 0;
    int words = sscanf(line, "%15s %i %d", order, &code, &milliseconds);
    int has_key = words >= 2 && code > 0 && code < KEY_MAX;
    if (words == 1 && !strcmp(order, "unplug"))
        return unplug();
    if (words == 1 && !strcmp(order, "plug"))
        return plug();
    if (has_key && !strcmp(order, "down"))
        return key(code, 1);
    if (has_key && !strcmp(order, "up"))
        return key(code, 0);
    if (has_key && words == 3 && !strcmp(order, "press")) {
        int failed = key(code, 1);
        usleep(milliseconds * 1000);
        return key(code, 0) || failed ? -1 : 0;
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
    if (plug()) {
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
