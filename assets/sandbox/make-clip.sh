#!/bin/sh
# Makes clip.webm, the film that the sandbox plays for every rental: 24 seconds, a title card, a moving disc, a running
# time code and a soft melody.  Everything is generated: no sources but ffmpeg's own and a bundled font.
#
# VP8 and Opus in WebM, because GStreamer plays these with its base and good plug-ins alone: H.264 and AAC would
# need the libav or "ugly" packages, which a developer's machine or a build container often lacks.
set -eu
cd "$(dirname "$0")"

seconds=24
font=../fonts/Oswald-Bold.ttf
small=../fonts/IBMPlexSans-SemiBold.ttf

# Rings behind the disc: drawn once, on one frame, and held.
rings="geq=lum='lum(X,Y)+14*lt(mod(hypot(X-900,Y-330),56),28)*lt(hypot(X-900,Y-330),336)':cb='cb(X,Y)':cr='cr(X,Y)'"
# A disc with a soft edge of one pixel.
disc="format=rgba,geq=r='r(X,Y)':g='g(X,Y)':b='b(X,Y)':a='255*clip(46-hypot(X-48,Y-48),0,1)'"
hold="trim=end_frame=1,loop=-1:1,setpts=N/25/TB"

# Eight notes of a pentatonic scale, half a second each; every note rises at once and dies away.
note="mod(floor(t*2),8)"
pitch="(220*(eq($note,0)+1.125*eq($note,1)+1.25*eq($note,2)+1.5*eq($note,3)+1.6667*eq($note,4)+1.5*eq($note,5)+1.25*eq($note,6)+1.125*eq($note,7)))"
age="mod(t,0.5)"
melody="0.20*sin(2*PI*$pitch*$age)*exp(-4*$age)*(1-exp(-90*$age))+0.08*sin(4*PI*$pitch*$age)*exp(-7*$age)*(1-exp(-90*$age))+0.05*sin(2*PI*110*t)"

ffmpeg -hide_banner -loglevel error -y \
  -f lavfi -i "color=c=0x10142A:s=1280x720:r=25:d=1" \
  -f lavfi -i "color=c=0xE8B03F:s=96x96:r=25:d=1" \
  -f lavfi -i "color=c=0xE1402B:s=1120x8:r=25:d=$seconds" \
  -f lavfi -i "aevalsrc='$melody':s=48000:d=$seconds" \
  -filter_complex "
    [0:v]format=yuv420p,$rings,$hold[rings];
    [1:v]$disc,$hold[disc];
    [rings][disc]overlay=x='852+252*cos(2*PI*t/6)':y='282+252*sin(2*PI*t/6)':format=yuv420[moving];
    [moving]drawbox=x=80:y=640:w=1120:h=8:color=0x33475B:t=fill[track];
    [track][2:v]overlay=x='80-1120+1120*t/$seconds':y=640[bar];
    [bar]drawbox=x=0:y=636:w=80:h=16:color=0x10142A:t=fill,
      drawtext=fontfile=$font:text='bonus-tv':fontsize=132:fontcolor=0xF3EBD6:x=76:y=200,
      drawtext=fontfile=$small:text='тестовый фильм':fontsize=46:fontcolor=0xA3ADBD:x=82:y=372,
      drawtext=fontfile=$small:timecode='00\:00\:00\:00':rate=25:fontsize=44:fontcolor=0xE8B03F:x=82:y=572,
      fade=t=out:st=$((seconds - 1)):d=1[picture];
    [3:a]afade=t=in:d=0.4,afade=t=out:st=$((seconds - 2)):d=2[sound]" \
  -map '[picture]' -map '[sound]' -t "$seconds" \
  -c:v libvpx -b:v 220k -crf 8 -qmin 2 -qmax 26 -g 100 -auto-alt-ref 1 -lag-in-frames 25 -quality good -cpu-used 1 -threads 1 \
  -c:a libopus -b:a 40k -ac 1 \
  -fflags +bitexact -flags:v +bitexact -flags:a +bitexact -map_metadata -1 clip.webm
