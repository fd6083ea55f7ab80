// The emoji this workspace knows, by shortcode. It turns `:name:` into a character and searches names; an unknown
// shortcode stays the text it was.

const TABLE = `
rotating_light 🚨|pushpin 📌|round_pushpin 📍|white_check_mark ✅|heavy_check_mark ✔️|ballot_box_with_check ☑️|warning ⚠️
hourglass ⌛|hourglass_flowing_sand ⏳|alarm_clock ⏰|stopwatch ⏱️|timer_clock ⏲️|clock1 🕐|clock3 🕒|clock9 🕘|calendar 📆|date 📅
spiral_calendar_pad 🗓️|bell 🔔|no_bell 🔕|fire 🔥|fire_extinguisher 🧯|fire_engine 🚒|lock 🔒|unlock 🔓|closed_lock_with_key 🔐|key 🔑|shield 🛡️
test_tube 🧪|memo 📝|pencil 📝|pencil2 ✏️|zap ⚡|bust_in_silhouette 👤|busts_in_silhouette 👥|large_green_circle 🟢|red_circle 🔴
large_yellow_circle 🟡|large_orange_circle 🟠|large_blue_circle 🔵|large_purple_circle 🟣|white_circle ⚪|black_circle ⚫
large_green_square 🟩|large_red_square 🟥|large_yellow_square 🟨|large_orange_square 🟧|large_blue_square 🟦|white_large_square ⬜|black_large_square ⬛
x ❌|heavy_multiplication_x ✖️|negative_squared_cross_mark ❎|no_entry ⛔|no_entry_sign 🚫|octagonal_sign 🛑|construction 🚧|sos 🆘|bangbang ‼️
exclamation ❗|question ❓|grey_exclamation ❕|grey_question ❔|information_source ℹ️|speech_balloon 💬|left_speech_bubble 🗨️|thought_balloon 💭|loudspeaker 📢|mega 📣|telephone_receiver 📞|phone ☎️|telephone ☎️|iphone 📱|pager 📟|satellite_antenna 📡|email 📧
envelope ✉️|incoming_envelope 📨|inbox_tray 📥|outbox_tray 📤|mailbox 📫|link 🔗|paperclip 📎|bookmark 🔖|bookmark_tabs 📑|clipboard 📋|scroll 📜
page_facing_up 📄|page_with_curl 📃|newspaper 📰|books 📚|book 📖|ledger 📒|notebook 📓|file_folder 📁|open_file_folder 📂|card_index 📇|card_file_box 🗃️|file_cabinet 🗄️|package 📦|wastebasket 🗑️
bar_chart 📊|chart_with_upwards_trend 📈|chart_with_downwards_trend 📉|mag 🔍|mag_right 🔎|microscope 🔬|telescope 🔭|bulb 💡|wrench 🔧|hammer 🔨|hammer_and_wrench 🛠️|tools 🛠️|gear ⚙️|nut_and_bolt 🔩|toolbox 🧰|adhesive_bandage 🩹|stethoscope 🩺|ambulance 🚑
hospital 🏥|bug 🐛|ant 🐜|computer 💻|desktop_computer 🖥️|keyboard ⌨️|floppy_disk 💾|cd 💿|electric_plug 🔌|battery 🔋|globe_with_meridians 🌐|earth_africa 🌍|cloud ☁️|thunder_cloud_and_rain ⛈️|lightning 🌩️|snowflake ❄️|sunny ☀️|partly_sunny ⛅|ocean 🌊|volcano 🌋|crescent_moon 🌙|sleeping 😴
rocket 🚀|airplane ✈️|ship 🚢|anchor ⚓|sailboat ⛵|triangular_flag_on_post 🚩|checkered_flag 🏁|black_flag 🏴|white_flag 🏳️|dart 🎯|trophy 🏆|medal 🏅|tada 🎉|confetti_ball 🎊|balloon 🎈|gift 🎁|sparkles ✨|star ⭐|star2 🌟|100 💯
repeat 🔁|arrows_counterclockwise 🔄|arrows_clockwise 🔃|rewind ⏪|fast_forward ⏩|leftwards_arrow_with_hook ↩️|arrow_right_hook ↪️|arrow_up ⬆️|arrow_down ⬇️|arrow_left ⬅️|arrow_right ➡️|arrow_upper_right ↗️|arrow_lower_right ↘️|arrow_forward ▶️|double_vertical_bar ⏸️|pause_button ⏸️|black_square_for_stop ⏹️|record_button ⏺️|twisted_rightwards_arrows 🔀|heavy_plus_sign ➕|heavy_minus_sign ➖|new 🆕|ok 🆗|up 🆙|free 🆓|recycle ♻️
eyes 👀|eye 👁️|thumbsup 👍|+1 👍|thumbsdown 👎|-1 👎|ok_hand 👌|raised_hands 🙌|clap 👏|pray 🙏|handshake 🤝|wave 👋|raised_hand ✋|hand ✋|point_right 👉|point_left 👈|point_up ☝️|point_down 👇|muscle 💪|writing_hand ✍️|crossed_fingers 🤞|v ✌️|heart ❤️|broken_heart 💔|green_heart 💚|blue_heart 💙|orange_heart 🧡
smile 😄|smiley 😃|grinning 😀|slightly_smiling_face 🙂|joy 😂|sweat_smile 😅|wink 😉|thinking_face 🤔|face_with_monocle 🧐|neutral_face 😐|confused 😕|worried 😟|cry 😢|sob 😭|scream 😱|exploding_head 🤯|face_palm 🤦|shrug 🤷|saluting_face 🫡|melting_face 🫠|partying_face 🥳|sunglasses 😎|robot_face 🤖|ghost 👻|skull 💀|detective 🕵️|male-firefighter 👨‍🚒|firefighter 🧑‍🚒|technologist 🧑‍💻|judge 🧑‍⚖️|crown 👑|helmet_with_white_cross ⛑️|rescue_worker_helmet ⛑️|studio_microphone 🎙️|balance_scale ⚖️|scales ⚖️|classical_building 🏛️|office 🏢|house 🏠|factory 🏭|credit_card 💳|moneybag 💰|money_with_wings 💸|coffee ☕|doughnut 🍩|pizza 🍕|performing_arts 🎭|game_die 🎲|crystal_ball 🔮|compass 🧭|map 🗺️|world_map 🗺️|thermometer 🌡️|bell_curve 📈|abacus 🧮|label 🏷️|ticket 🎫|identification_card 🪪|fountain_pen 🖋️|lower_left_fountain_pen 🖋️|one 1️⃣|two 2️⃣|three 3️⃣|four 4️⃣|five 5️⃣|six 6️⃣|seven 7️⃣|eight 8️⃣|nine 9️⃣|zero 0️⃣|keycap_ten 🔟|hash #️⃣
`;

const EMOJI = new Map(
  TABLE.trim()
    .split(/[|\n]/)
    .map((row) => row.trim().split(" "))
    .filter(([name, char]) => name && char),
);

/** The emoji people reach for first during an incident. */
export const QUICK = [
  "pushpin",
  "eyes",
  "white_check_mark",
  "fire",
  "thumbsup",
  "rotating_light",
  "raised_hands",
  "pray",
];

/** Give the character of a shortcode, or nothing when this workspace does not know it. */
export function emoji(name) {
  return EMOJI.get(name.split("::")[0].replace(/^:|:$/g, ""));
}

/** Give the character of a shortcode, or the shortcode itself. */
export const shown = (name) => emoji(name) ?? `:${name}:`;

/** Find up to `limit` emoji whose name holds the words, those that begin with them first. */
export function search(words, limit = 8) {
  const wanted = words.toLowerCase();
  const found = [...EMOJI].filter(([name]) => name.includes(wanted));
  if (wanted)
    found.sort(([a], [b]) => Number(b.startsWith(wanted)) - Number(a.startsWith(wanted)) || a.length - b.length);
  return found.slice(0, limit).map(([name, char]) => ({ name, char }));
}

/** Say whether a whole text is one to three emoji and nothing else; such a message is drawn large. */
export function isJumbo(text) {
  const names = text.trim().match(/^(?::[\w+-]+:\s*){1,3}$/) ? text.match(/[\w+-]+/g) : [];
  return names.length > 0 && names.every((name) => EMOJI.has(name));
}
