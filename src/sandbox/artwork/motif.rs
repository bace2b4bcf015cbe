//! The objects in the pictures: flat shapes in a box from -50 to 50 on both axes.
//!
//! Each is SVG with two colours: `{a}`, the body (also the inherited fill), and `{b}`, what is cut out of it.
//! A motif knows nothing of the place where a composition puts it.

use super::spec::Motif;

/// The motif at a place, as high and wide as `size`, in two colours.
pub(super) fn draw(motif: Motif, (x, y): (f32, f32), size: f32, body: &str, cut: &str) -> String {
    let scale = size / 100.0;
    let shape = shape(motif).replace("{a}", body).replace("{b}", cut);
    format!("<g transform='translate({x:.2} {y:.2}) scale({scale:.4})' fill='{body}'>{shape}</g>")
}

fn shape(motif: Motif) -> &'static str {
    match motif {
        Motif::Anchor => {
            "<circle cy='-38' r='11'/><circle cy='-38' r='5' fill='{b}'/><rect x='-5' y='-30' width='10' height='72'/>\
             <rect x='-24' y='-20' width='48' height='9'/>\
             <path d='M-44 8 L-46 30 L-38 24 A46 46 0 0 0 38 24 L46 30 L44 8 L26 20 L32 22 A36 36 0 0 1 -32 22 L-26 20Z'/>"
        }
        Motif::Arrow => "<path d='M-50 -12 H8 V-40 L50 0 L8 40 V12 H-50Z'/>",
        Motif::Balloons => {
            "<ellipse cx='-20' cy='-18' rx='22' ry='27'/><ellipse cx='24' cy='-8' rx='18' ry='23'/>\
             <path d='M-20 9 Q-12 30 0 48 M24 15 Q14 32 0 48' fill='none' stroke='{a}' stroke-width='3'/>\
             <path d='M-32 -24 A12 15 0 0 1 -20 -38' fill='none' stroke='{b}' stroke-width='4'/>"
        }
        Motif::Bat => {
            "<path d='M0 -16 L7 -28 L12 -14 Q26 -34 50 -30 Q40 -16 42 2 Q30 -6 24 8 Q14 2 0 26 Q-14 2 -24 8 Q-30 -6 -42 2 Q-40 -16 -50 -30 Q-26 -34 -12 -14 L-7 -28Z'/>\
             <circle cx='-5' cy='-7' r='2.4' fill='{b}'/><circle cx='5' cy='-7' r='2.4' fill='{b}'/>"
        }
        Motif::Blocks => {
            "<rect x='-46' y='2' width='44' height='44'/><rect x='4' y='2' width='44' height='44' fill='{b}'/>\
             <rect x='-21' y='-46' width='44' height='44'/><circle cx='1' cy='-24' r='13' fill='{b}'/>\
             <path d='M-24 12 L-12 36 H-36Z' fill='{b}'/><circle cx='26' cy='24' r='13'/>"
        }
        Motif::Boat => {
            "<path d='M-50 20 Q-30 26 0 26 Q30 26 50 14 Q44 44 24 46 H-26 Q-44 44 -50 20Z'/><rect x='-3' y='-50' width='5' height='74'/>\
             <path d='M4 -44 Q44 -20 40 12 Q20 18 4 18Z'/><path d='M-6 -36 Q-34 -10 -34 14 Q-18 20 -6 19Z'/>\
             <path d='M-38 34 H36' stroke='{b}' stroke-width='3.5'/>"
        }
        Motif::Book => {
            "<path d='M0 -30 Q-22 -42 -48 -34 V32 Q-22 24 0 38 Q22 24 48 32 V-34 Q22 -42 0 -30Z'/>\
             <path d='M0 -26 V34 M-38 -20 Q-22 -24 -10 -18 M-38 -4 Q-22 -8 -10 -2 M-38 12 Q-22 8 -10 14 M38 -20 Q22 -24 10 -18 M38 -4 Q22 -8 10 -2 M38 12 Q22 8 10 14' fill='none' stroke='{b}' stroke-width='4'/>"
        }
        Motif::Bow => {
            "<path d='M-14 -48 Q44 -34 44 0 Q44 34 -14 48 L-18 42 Q30 28 30 0 Q30 -28 -18 -42Z'/>\
             <path d='M-15 -45 V45' stroke='{a}' stroke-width='2.5'/><rect x='-48' y='-3' width='84' height='6'/>\
             <path d='M32 -12 L50 0 L32 12Z'/><path d='M-50 -11 L-38 0 L-50 11 L-36 11 L-26 0 L-36 -11Z'/>"
        }
        Motif::Box => {
            "<ellipse cx='0' cy='-22' rx='44' ry='15'/><path d='M-38 -14 H38 V34 A38 13 0 0 1 -38 34Z'/>\
             <path d='M-38 6 A38 12 0 0 0 38 6 V16 A38 12 0 0 1 -38 16Z' fill='{b}'/>\
             <path d='M-14 -30 Q-30 -50 -6 -44 Q0 -38 0 -30 Q0 -38 8 -44 Q30 -50 14 -30Z'/>"
        }
        Motif::Bubble => {
            "<path d='M-46 -38 H46 V22 H2 L-22 46 V22 H-46Z'/><rect x='-30' y='-22' width='60' height='8' fill='{b}'/>\
             <rect x='-30' y='-4' width='40' height='8' fill='{b}'/>"
        }
        Motif::Camera => {
            "<circle cx='-20' cy='-28' r='19'/><circle cx='18' cy='-31' r='16'/><circle cx='-20' cy='-28' r='7' fill='{b}'/>\
             <circle cx='18' cy='-31' r='6' fill='{b}'/><rect x='-36' y='-10' width='62' height='40'/>\
             <path d='M28 4 L50 -8 V28 L28 16Z'/><circle cx='-6' cy='10' r='11' fill='{b}'/><circle cx='-6' cy='10' r='5'/>\
             <path d='M-10 30 L-30 50 H-22 L-4 32 L12 50 H20 L2 30Z'/>"
        }
        Motif::Candle => {
            "<rect x='-11' y='-10' width='22' height='46'/><rect x='-30' y='36' width='60' height='9'/>\
             <path d='M0 -50 Q16 -30 9 -20 A10 10 0 0 1 -9 -20 Q-14 -32 0 -50Z'/>\
             <path d='M0 -34 Q6 -24 0 -19 Q-6 -24 0 -34Z' fill='{b}'/>"
        }
        Motif::Bowler => {
            "<path d='M-34 -8 Q-34 -46 0 -46 Q34 -46 34 -8Z'/><rect x='-48' y='-10' width='96' height='11'/>\
             <path d='M-26 20 Q-12 8 0 18 Q12 8 26 20 Q12 30 0 25 Q-12 30 -26 20Z'/>\
             <rect x='-34' y='-20' width='68' height='7' fill='{b}'/><path d='M-10 34 H10 L4 48 H-4Z'/>"
        }
        Motif::Clock => {
            "<circle r='47'/><circle r='38' fill='{b}'/><rect x='-4' y='-30' width='8' height='34'/>\
             <path d='M-4 4 L22 20 L26 13 L2 -3Z'/><circle r='6'/><rect x='-2' y='-37' width='4' height='6'/>\
             <rect x='-2' y='31' width='4' height='6'/><rect x='31' y='-2' width='6' height='4'/><rect x='-37' y='-2' width='6' height='4'/>"
        }
        Motif::Coins => {
            "<ellipse cx='-16' cy='32' rx='32' ry='12'/><path d='M-48 20 V32 H16 V20Z'/><ellipse cx='-16' cy='20' rx='32' ry='12' fill='{b}'/>\
             <ellipse cx='-16' cy='14' rx='32' ry='12'/><path d='M-48 2 V14 H16 V2Z'/><ellipse cx='-16' cy='2' rx='32' ry='12' fill='{b}'/>\
             <ellipse cx='-16' cy='-4' rx='32' ry='12'/><circle cx='26' cy='-24' r='23'/><circle cx='26' cy='-24' r='15' fill='{b}'/><rect x='22' y='-33' width='8' height='18'/>"
        }
        Motif::Controller => {
            "<path d='M-30 -24 H30 Q48 -24 50 16 Q50 36 38 36 Q30 36 18 16 H-18 Q-30 36 -38 36 Q-50 36 -50 16 Q-48 -24 -30 -24Z'/>\
             <path d='M-29 -13 H-21 V-5 H-13 V3 H-21 V11 H-29 V3 H-37 V-5 H-29Z' fill='{b}'/>\
             <circle cx='20' cy='4' r='5' fill='{b}'/><circle cx='32' cy='-6' r='5' fill='{b}'/>"
        }
        Motif::Cross => "<path d='M-10 -50 H10 V-24 H34 V-4 H10 V50 H-10 V-4 H-34 V-24 H-10Z'/>",
        Motif::Crown => {
            "<path d='M-44 30 L-50 -22 L-24 0 L0 -40 L24 0 L50 -22 L44 30Z'/><rect x='-44' y='34' width='88' height='10'/>\
             <circle cx='0' cy='12' r='7' fill='{b}'/><circle cx='-24' cy='16' r='5' fill='{b}'/><circle cx='24' cy='16' r='5' fill='{b}'/>"
        }
        Motif::Diamond => {
            "<path d='M-28 -36 H28 L50 -8 L0 46 L-50 -8Z'/><path d='M-50 -8 H50 M-28 -36 L-16 -8 L0 -36 L16 -8 L28 -36 M-16 -8 L0 46 L16 -8' fill='none' stroke='{b}' stroke-width='3.5'/>"
        }
        Motif::Disk => {
            "<path d='M-46 -24 A46 18 0 0 1 46 -24 V24 A46 18 0 0 1 -46 24Z'/>\
             <path d='M-46 -22 A46 17 0 0 0 46 -22 M-46 2 A46 17 0 0 0 46 2' fill='none' stroke='{b}' stroke-width='5'/>\
             <circle cx='32' cy='-1' r='4' fill='{b}'/><circle cx='32' cy='23' r='4' fill='{b}'/>"
        }
        Motif::Door => {
            "<path d='M-30 48 V-48 H30 V48Z'/><path d='M-20 48 V-38 L12 -28 V48Z' fill='{b}'/><circle cx='5' cy='8' r='4'/>\
             <path d='M-46 48 H46 V42 H-46Z'/>"
        }
        Motif::Eye => {
            "<path d='M-50 0 Q0 -52 50 0 Q0 52 -50 0Z'/><circle r='21' fill='{b}'/><circle r='13'/><circle cx='5' cy='-5' r='5' fill='{b}'/>"
        }
        Motif::Film => {
            "<rect x='-50' y='-34' width='100' height='68'/><rect x='-36' y='-18' width='32' height='36' fill='{b}'/><rect x='4' y='-18' width='32' height='36' fill='{b}'/>\
             <path d='M-44 -29h8v6h-8zM-26 -29h8v6h-8zM-8 -29h8v6h-8zM10 -29h8v6h-8zM28 -29h8v6h-8zM-44 23h8v6h-8zM-26 23h8v6h-8zM-8 23h8v6h-8zM10 23h8v6h-8zM28 23h8v6h-8z' fill='{b}'/>"
        }
        Motif::Fire => {
            "<path d='M4 -50 Q36 -20 30 -2 Q38 -8 36 -20 Q50 10 36 32 Q24 50 0 50 Q-26 50 -38 30 Q-48 6 -26 -18 Q-24 -4 -16 -2 Q-18 -30 4 -50Z'/>\
             <path d='M2 0 Q20 16 16 32 Q10 46 0 46 Q-12 46 -16 32 Q-18 20 -8 10 Q-4 18 0 18 Q-2 8 2 0Z' fill='{b}'/>"
        }
        Motif::Flag => {
            "<rect x='-38' y='-48' width='7' height='98'/><path d='M-31 -46 Q-6 -60 14 -44 Q30 -34 50 -42 V8 Q30 16 14 6 Q-6 -8 -31 6Z'/>"
        }
        Motif::Flower => {
            "<g id='p'><circle cy='-30' r='15'/><circle cx='28' cy='-12' r='15'/><circle cx='19' cy='20' r='15'/><circle cx='-19' cy='20' r='15'/><circle cx='-28' cy='-12' r='15'/></g>\
             <circle r='24'/><circle r='12' fill='{b}'/>"
        }
        Motif::Gear => {
            "<path d='M-9 -50H9L12 -36L24 -31L36 -39L48 -27 46 -25 39 -14 43 -9 50 -9V9L38 12 33 24 40 36 27 48 16 40 9 43 9 50H-9L-12 38-24 33-36 40-48 27-40 16-43 9-50 9V-9L-38 -12-33 -24-40 -36-27 -48-16 -40-12 -38Z'/>\
             <circle r='22' fill='{b}'/><circle r='9'/>"
        }
        Motif::Gift => {
            "<rect x='-42' y='-8' width='84' height='54'/><rect x='-48' y='-26' width='96' height='18'/><rect x='-8' y='-26' width='16' height='72' fill='{b}'/>\
             <path d='M0 -26 Q-40 -30 -30 -46 Q-14 -54 0 -26 Q14 -54 30 -46 Q40 -30 0 -26Z'/>"
        }
        Motif::Globe => {
            "<circle r='47'/><path d='M-47 0 H47 M0 -47 V47 M-40 -24 H40 M-40 24 H40' stroke='{b}' stroke-width='4' fill='none'/>\
             <ellipse rx='22' ry='47' fill='none' stroke='{b}' stroke-width='4'/>"
        }
        Motif::Hand => {
            "<path d='M-22 50 L-26 14 L-44 -8 Q-46 -18 -36 -16 L-22 -4 L-22 -38 Q-16 -48 -10 -38 V-10 H-8 V-44 Q-2 -54 4 -44 V-10 H6 V-40 Q12 -49 18 -40 V-8 H20 V-28 Q26 -36 31 -28 V18 L24 50Z'/>\
             <circle cx='2' cy='18' r='8' fill='{b}'/>"
        }
        Motif::Hat => {
            "<path d='M-28 16 L-24 -38 Q-22 -44 0 -44 Q22 -44 24 -38 L28 16Z'/><ellipse cx='0' cy='20' rx='50' ry='12'/>\
             <path d='M-27 2 Q0 10 27 2 L28 14 Q0 22 -28 14Z' fill='{b}'/>"
        }
        Motif::Heart => "<path d='M0 44 L-40 4 Q-54 -16 -40 -34 Q-18 -52 0 -26 Q18 -52 40 -34 Q54 -16 40 4Z'/>",
        Motif::Key => {
            "<circle cx='-24' cy='0' r='24'/><circle cx='-24' cy='0' r='11' fill='{b}'/><rect x='-4' y='-6' width='54' height='12'/>\
             <rect x='24' y='0' width='9' height='22'/><rect x='40' y='0' width='9' height='17'/>"
        }
        Motif::Mask => {
            "<path d='M-48 -26 Q-24 -38 0 -22 Q24 -38 48 -26 Q52 18 26 26 Q10 28 0 10 Q-10 28 -26 26 Q-52 18 -48 -26Z'/>\
             <ellipse cx='-24' cy='-3' rx='12' ry='8' fill='{b}'/><ellipse cx='24' cy='-3' rx='12' ry='8' fill='{b}'/>"
        }
        Motif::Microphone => {
            "<rect x='-17' y='-50' width='34' height='58' rx='17'/><path d='M-30 -10 V-2 A30 30 0 0 0 30 -2 V-10' fill='none' stroke='{a}' stroke-width='7'/>\
             <rect x='-4' y='26' width='8' height='18'/><rect x='-22' y='42' width='44' height='8'/>\
             <path d='M-17 -32 H17 M-17 -20 H17 M-17 -8 H17' stroke='{b}' stroke-width='4'/>"
        }
        Motif::Moon => {
            "<circle r='47'/><circle cx='-16' cy='-12' r='9' fill='{b}'/><circle cx='18' cy='-20' r='6' fill='{b}'/><circle cx='14' cy='20' r='12' fill='{b}'/>\
             <circle cx='-22' cy='22' r='5' fill='{b}'/>"
        }
        Motif::Mountain => {
            "<path d='M-50 44 L-14 -44 L8 4 L18 -14 L50 44Z'/><path d='M-14 -44 L-26 -14 L-17 -20 L-12 -10 L-6 -20 L-1 -14Z' fill='{b}'/>"
        }
        Motif::Needle => {
            "<path d='M44 -48 Q52 -44 47 -37 L-42 46 L-46 48 L-44 42Z'/><ellipse cx='41' cy='-40' rx='2.4' ry='5.5' fill='{b}' transform='rotate(48 41 -40)'/>\
             <path d='M40 -40 Q0 -56 -16 -24 Q-28 2 0 6 Q24 10 14 32 Q4 50 -30 40' fill='none' stroke='{a}' stroke-width='4'/><circle cx='-32' cy='-26' r='13'/>\
             <circle cx='-36' cy='-26' r='2.3' fill='{b}'/><circle cx='-28' cy='-26' r='2.3' fill='{b}'/>"
        }
        Motif::Pencil => {
            "<g transform='rotate(45)'><rect x='-12' y='-50' width='24' height='14'/><rect x='-12' y='-32' width='24' height='54'/><path d='M-12 22 L0 52 L12 22Z'/><path d='M-5 39.5 L0 52 L5 39.5Z' fill='{b}'/><rect x='-4' y='-32' width='8' height='54' fill='{b}' fill-opacity='.55'/></g>"
        }
        Motif::Percent => {
            "<circle cx='-27' cy='-27' r='20'/><circle cx='-27' cy='-27' r='9' fill='{b}'/><circle cx='27' cy='27' r='20'/><circle cx='27' cy='27' r='9' fill='{b}'/>\
             <path d='M30 -46 H44 L-30 46 H-44Z'/>"
        }
        Motif::Phone => {
            "<path d='M-48 -20 Q-46 -36 0 -36 Q46 -36 48 -20 V-8 H24 V-18 Q0 -24 -24 -18 V-8 H-48Z'/><path d='M-18 -14 H18 L40 40 H-40Z'/>\
             <circle cx='0' cy='14' r='15' fill='{b}'/><circle cx='0' cy='14' r='6'/>"
        }
        Motif::Pitch => {
            "<rect x='-50' y='-34' width='100' height='68'/><g fill='none' stroke='{b}' stroke-width='3'><rect x='-44' y='-28' width='88' height='56'/>\
             <path d='M0 -28 V28'/><circle r='13'/><rect x='-44' y='-15' width='16' height='30'/><rect x='28' y='-15' width='16' height='30'/></g><circle r='3' fill='{b}'/>"
        }
        Motif::Plane => {
            "<path d='M-50 -22 H50 V-10 H8 V20 H24 V28 H8 L0 40 L-8 28 H-24 V20 H-8 V-10 H-50Z'/><circle cx='0' cy='-20' r='14'/>\
             <circle cx='0' cy='-20' r='5' fill='{b}'/><rect x='-26' y='-44' width='52' height='5'/><rect x='-2' y='-44' width='4' height='16'/>\
             <circle cx='-34' cy='-16' r='4.5' fill='{b}'/><circle cx='34' cy='-16' r='4.5' fill='{b}'/>"
        }
        Motif::PlayPause => {
            "<path d='M-48 -40 L8 0 L-48 40Z'/><rect x='14' y='-40' width='13' height='80'/><rect x='35' y='-40' width='13' height='80'/>"
        }
        Motif::Reel => {
            "<circle r='48'/><circle r='8' fill='{b}'/><circle cy='-27' r='12' fill='{b}'/><circle cx='26' cy='-8' r='12' fill='{b}'/><circle cx='16' cy='22' r='12' fill='{b}'/>\
             <circle cx='-16' cy='22' r='12' fill='{b}'/><circle cx='-26' cy='-8' r='12' fill='{b}'/>"
        }
        Motif::Rocket => {
            "<path d='M0 -50 Q24 -24 18 22 H-18 Q-24 -24 0 -50Z'/><path d='M-18 2 L-36 24 V38 L-18 24Z M18 2 L36 24 V38 L18 24Z'/>\
             <circle cy='-12' r='8' fill='{b}'/><path d='M-10 27 H10 L5 42 L0 50 L-5 42Z'/>"
        }
        Motif::Rook => {
            "<path d='M-32 -50 H-18 V-38 H-8 V-50 H8 V-38 H18 V-50 H32 V-22 L22 -12 V20 L32 32 V38 H-32 V32 L-22 20 V-12 L-32 -22Z'/>\
             <rect x='-40' y='40' width='80' height='10'/><path d='M-24 -14 H24 M-24 22 H24' stroke='{b}' stroke-width='4'/>"
        }
        Motif::Rooms => {
            "<path d='M0 -50 L50 -12 H42 V46 H-42 V-12 H-50Z'/><rect x='-30' y='-8' width='26' height='20' fill='{b}'/><rect x='6' y='-8' width='24' height='20' fill='{b}'/>\
             <rect x='-30' y='20' width='60' height='18' fill='{b}'/>"
        }
        Motif::Scissors => {
            "<path d='M-8 4 L34 -50 L44 -46 L8 12Z'/><path d='M8 4 L-34 -50 L-44 -46 L-8 12Z'/><circle cx='-20' cy='30' r='19'/><circle cx='20' cy='30' r='19'/>\
             <circle cx='-20' cy='30' r='10' fill='{b}'/><circle cx='20' cy='30' r='10' fill='{b}'/><circle cy='2' r='4' fill='{b}'/>"
        }
        Motif::Screen => {
            "<rect x='-50' y='-36' width='100' height='64'/><rect x='-42' y='-28' width='84' height='48' fill='{b}'/><path d='M-12 -18 L18 -4 L-12 10Z'/>\
             <rect x='-26' y='36' width='52' height='8'/>"
        }
        Motif::Shield => {
            "<path d='M0 -50 L42 -36 V-2 Q40 32 0 50 Q-40 32 -42 -2 V-36Z'/><path d='M-22 -2 L-6 14 L24 -20' fill='none' stroke='{b}' stroke-width='10'/>"
        }
        Motif::Ship => {
            "<path d='M-50 16 H50 L38 40 H-40Z'/><rect x='-28' y='2' width='60' height='12'/><rect x='-18' y='-26' width='11' height='28'/><rect x='-1' y='-26' width='11' height='28'/>\
             <rect x='16' y='-26' width='11' height='28'/><rect x='-31' y='-46' width='4' height='50'/><path d='M-27 -46 L-8 -40 L-27 -34Z'/>\
             <path d='M32 4 L50 -4 L51 0 L34 10Z'/><path d='M-40 24 H40' stroke='{b}' stroke-width='3' stroke-dasharray='3 6'/>"
        }
        Motif::Smoke => {
            "<rect x='-48' y='14' width='70' height='14'/><rect x='25' y='14' width='12' height='14' fill='{b}'/><rect x='40' y='14' width='8' height='14'/>\
             <path d='M44 8 Q30 -8 42 -20 Q54 -34 38 -50' fill='none' stroke='{a}' stroke-width='5'/><path d='M34 8 Q18 -8 28 -20 Q36 -32 24 -46' fill='none' stroke='{a}' stroke-width='3.5'/>"
        }
        Motif::Spade => {
            "<path d='M0 -50 Q8 -30 30 -10 Q50 10 36 26 Q20 40 5 22 Q6 40 20 48 H-20 Q-6 40 -5 22 Q-20 40 -36 26 Q-50 10 -30 -10 Q-8 -30 0 -50Z'/>"
        }
        Motif::Spiral => {
            "<path d='M0 0 A6 6 0 0 1 12 0 A15 15 0 0 1 -18 0 A24 24 0 0 1 30 0 A33 33 0 0 1 -36 0 A41 41 0 0 1 46 0' fill='none' stroke='{a}' stroke-width='9'/>"
        }
        Motif::Stairs => {
            "<path d='M-50 46 V30 H-34 V14 H-18 V-2 H-2 V-18 H14 V-34 H30 V-50 H50 V46Z'/><circle cx='-42' cy='20' r='6'/>\
             <path d='M-30 46 V34 M-14 46 V18 M2 46 V2 M18 46 V-14 M34 46 V-30' stroke='{b}' stroke-width='2.5'/>"
        }
        Motif::Star => {
            "<path d='M0 -50 L11.8 -16.2 L47.6 -15.5 L19 6.2 L29.4 40.5 L0 20 L-29.4 40.5 L-19 6.2 L-47.6 -15.5 L-11.8 -16.2Z'/>"
        }
        Motif::Strongbox => {
            "<rect x='-44' y='-44' width='88' height='82'/><rect x='-36' y='38' width='16' height='10'/><rect x='20' y='38' width='16' height='10'/>\
             <circle cx='0' cy='-3' r='25' fill='{b}'/><circle cx='0' cy='-3' r='10'/><path d='M-2.5 -24 h5 v42 h-5z M-21 -5.5 h42 v5 h-42z'/>"
        }
        Motif::Sun => {
            "<circle r='24'/><path d='M-4 -50h8v18h-8zM-4 32h8v18h-8zM-50 -4h18v8h-18zM32 -4h18v8h-18z'/>\
             <path d='M-4 -50h8v18h-8zM-4 32h8v18h-8zM-50 -4h18v8h-18zM32 -4h18v8h-18z' transform='rotate(45)'/>"
        }
        Motif::Sword => {
            "<g transform='rotate(35)'><path d='M-5 -46 L0 -56 L5 -46 V22 H-5Z'/><rect x='-20' y='22' width='40' height='7'/><rect x='-4' y='29' width='8' height='18'/><circle cy='50' r='6'/><path d='M0 -44 V20' stroke='{b}' stroke-width='2'/></g>"
        }
        Motif::Tower => {
            "<path d='M-6 -50 H6 L9 -30 H-9Z'/><path d='M-16 -28 H16 L22 6 H-22Z'/><path d='M-28 10 H28 L36 50 H-36Z'/>\
             <rect x='-5' y='-20' width='10' height='16' fill='{b}'/><path d='M-14 20h7v14h-7zM-3 20h7v14h-7zM8 20h7v14h-7z' fill='{b}'/>"
        }
        Motif::Train => {
            "<path d='M-34 22 V-14 H14 V-46 H40 V-38 H46 V22Z'/><rect x='-30' y='-42' width='14' height='28'/><rect x='-34' y='-46' width='22' height='7'/><rect x='-6' y='-24' width='12' height='12'/>\
             <rect x='20' y='-36' width='16' height='16' fill='{b}'/><path d='M-34 22 L-50 40 H-30Z'/><circle cx='-16' cy='32' r='14'/><circle cx='16' cy='32' r='14'/><circle cx='40' cy='36' r='10'/>\
             <circle cx='-16' cy='32' r='6' fill='{b}'/><circle cx='16' cy='32' r='6' fill='{b}'/><circle cx='40' cy='36' r='4' fill='{b}'/><rect x='-16' y='30' width='32' height='4' fill='{b}'/>"
        }
        Motif::Wave => {
            "<path d='M-50 40 Q-44 -36 6 -42 Q44 -44 50 -12 Q36 -26 20 -18 Q4 -8 14 10 Q24 26 50 24 V40Z'/>\
             <path d='M-36 32 Q-28 -18 6 -28 M-20 32 Q-16 2 0 -8' fill='none' stroke='{b}' stroke-width='4'/>"
        }
        Motif::Wheat => {
            "<path d='M-2.5 -20 H2.5 V50 H-2.5Z'/><path d='M0 -50 Q10 -38 0 -24 Q-10 -38 0 -50Z'/>\
             <path d='M3 -14 Q6 -34 24 -36 Q24 -18 3 -14Z M-3 -14 Q-6 -34 -24 -36 Q-24 -18 -3 -14Z M3 6 Q6 -14 26 -16 Q26 2 3 6Z M-3 6 Q-6 -14 -26 -16 Q-26 2 -3 6Z M3 26 Q6 6 28 4 Q28 22 3 26Z M-3 26 Q-6 6 -28 4 Q-28 22 -3 26Z'/>"
        }
        Motif::Wheel => {
            "<circle r='48'/><circle r='38' fill='{b}'/><path d='M-3 -40h6v80h-6zM-40 -3h80v6h-80z'/><path d='M-3 -40h6v80h-6zM-40 -3h80v6h-80z' transform='rotate(45)'/><circle r='12'/><circle r='4' fill='{b}'/>"
        }
    }
}
