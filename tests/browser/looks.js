// What an audit could tell apart on the page as it stands: the shapes of its elements for the rules about names, roles
// and sizes, and the looks of its words for contrast. Both are digests that stay the same from page to page.
needsShapes => {
    // The attributes that mean something to a rule, and those of them whose words are free: it counts that there are some.
    const MEANING = /^(role|type|lang|dir|scope|tabindex|autocomplete|http-equiv|contenteditable|hidden|disabled|href|alt|title|placeholder|for|headers|usemap|ismap|autoplay|controls|muted|open|aria-.+)$/;
    const WORDS = /^(href|alt|title|placeholder|usemap|aria-(label|description|placeholder|roledescription|valuetext|valuenow|valuemin|valuemax|colcount|rowcount|colindex|rowindex|setsize|posinset))$/;
    const REFERENCES = ['for', 'headers', 'aria-labelledby', 'aria-describedby', 'aria-controls', 'aria-owns',
        'aria-activedescendant', 'aria-details', 'aria-errormessage', 'aria-flowto'];
    const FOCUSABLE = 'a[href], area, button, input, select, textarea, summary, iframe, [tabindex], [contenteditable]';
    // Elements that their content names, that may hold nothing reached by Tab, or that only some children may stand in.
    const NAMED = 'a, button, summary, label, legend, caption, th, title, option, h1, h2, h3, h4, h5, h6, object, [role]';
    const CLOSED = 'a, button, summary, label, option, iframe, [role], [aria-hidden]';
    const PARENTS = 'ul, ol, dl, dl > div, menu, table, thead, tbody, tr, select, optgroup, details, svg, audio, video, [role]';

    const digest = words => {
        let one = 0xdeadbeef, two = 0x41c6ce57;
        for (let at = 0; at < words.length; at++) {
            const code = words.charCodeAt(at);
            one = Math.imul(one ^ code, 2654435761);
            two = Math.imul(two ^ code, 1597334677);
        }
        one = Math.imul(one ^ (one >>> 16), 2246822507) ^ Math.imul(two ^ (two >>> 13), 3266489909);
        two = Math.imul(two ^ (two >>> 16), 2246822507) ^ Math.imul(one ^ (one >>> 13), 3266489909);
        return (two >>> 0).toString(36) + (one >>> 0).toString(36);
    };

    const elements = [...document.querySelectorAll('*')];
    const times = new Map();
    for (const {id} of elements) if (id) times.set(id, (times.get(id) ?? 0) + 1);

    const hasWords = element => [...element.childNodes].some(({nodeType, data}) => nodeType === Node.TEXT_NODE && data.trim());
    // From the leaves up: what speaks, and what can be reached by Tab.
    const speaking = new Set(), reached = new Set();
    for (const element of elements.toReversed()) {
        if (hasWords(element) || element.getAttribute('alt')?.trim() || [...element.children].some(child => speaking.has(child)))
            speaking.add(element);
        if (element.matches(FOCUSABLE) || [...element.children].some(child => reached.has(child)))
            reached.add(element);
    }
    const shown = new Map(elements.map(element => [element, element.checkVisibility({visibilityProperty: true})]));

    // Targets under 24 pixels, and those among them that stand too near to another one.
    const boxes = elements.filter(element => shown.get(element) && element.matches(FOCUSABLE))
        .map(element => [element, element.getBoundingClientRect()]);
    const isSmall = box => box.width < 24 || box.height < 24;
    const middle = box => [box.left + box.width / 2, box.top + box.height / 2];
    const sizes = new Map();
    for (const [element, box] of boxes) {
        if (!isSmall(box)) continue;
        const [x, y] = middle(box);
        const isCrowded = boxes.some(([other, its]) => {
            if (other === element || other.contains(element) || element.contains(other)) return false;
            const [itsX, itsY] = middle(its);
            if (isSmall(its) && Math.hypot(x - itsX, y - itsY) < 24) return true;
            return Math.hypot(x - Math.min(Math.max(x, its.left), its.right),
                y - Math.min(Math.max(y, its.top), its.bottom)) < 12;
        });
        sizes.set(element, isCrowded ? 'crowded' : 'small');
    }

    const attributes = element => [...element.attributes].filter(({name}) => MEANING.test(name)).map(({name, value}) => {
        if (REFERENCES.includes(name)) {
            const ids = value.split(/\s+/).filter(Boolean);
            return [name, ids.length > 0, ids.some(id => !times.has(id)), ids.some(id => times.get(id) > 1)].join();
        }
        return WORDS.test(name) ? [name, value.trim() !== ''].join() : `${name}=${value}`;
    }).sort().join(' ');

    // Where a name may come from beside attributes: the content, a button's value, labels.
    const names = element => [
        element.matches(NAMED) && speaking.has(element),
        element.matches('[type=submit], [type=button], [type=reset]') && (element.getAttribute('value') ?? '').trim() !== '',
        ...[...(element.labels ?? [])].map(label => [shown.get(label), speaking.has(label)]),
        ...(element.getAttribute('aria-labelledby') ?? '').split(/\s+/).filter(Boolean)
            .map(id => speaking.has(document.getElementById(id))),
    ].join();

    const has = selector => document.querySelector(selector) !== null;
    const special = element => {
        switch (element.localName) {
        case 'html': return [document.title.trim() !== '', has('h1'), has('main'), has('[role=main]')].join();
        case 'meta': return element.name === 'viewport' || element.httpEquiv ? element.content : '';
        case 'iframe': return document.querySelectorAll(`iframe[title="${CSS.escape(element.title)}"]`).length;
        case 'table': return ['caption', 'th', 'td'].map(part => element.querySelector(part) !== null).join();
        case 'a': {  // In a text a link must be told from it by more than its colour.
            if (!hasWords(element.parentElement)) return '';
            const style = getComputedStyle(element), around = getComputedStyle(element.parentElement);
            return [style.textDecorationLine, style.color, around.color].join();
        }
        }
        return '';
    };
    const scrolls = element => (element.scrollWidth > element.clientWidth || element.scrollHeight > element.clientHeight)
        && /auto|scroll/.test(getComputedStyle(element).overflow);

    // Three elements of each are enough for an audit.
    const keep = (places, name, element) => {
        const some = places.get(name) ?? [];
        if (some.length < 3) places.set(name, [...some, element]);
    };

    // Where an element stands: what it and all around it are, but for boxes that mean nothing.
    const paths = new Map(), shapes = new Map();
    for (const element of needsShapes ? elements : []) {
        const above = paths.get(element.parentElement), meaning = attributes(element);
        const isBox = element.matches('div, span') && !meaning;
        paths.set(element, isBox ? above : digest([above, element.localName, meaning].join('\n')));
        const isScrolled = scrolls(element);
        const shape = digest([
            paths.get(element),
            shown.get(element),
            names(element),
            special(element),
            sizes.get(element) && [sizes.get(element), getComputedStyle(element).display].join(),
            isScrolled,
            (isScrolled || element.matches(CLOSED)) && [...element.children].some(child => reached.has(child)),
            ...element.matches(PARENTS) ? [hasWords(element), ...[...new Set([...element.children].map(
                child => child.localName + (child.getAttribute('role') ?? '')))].sort()] : [],
            times.get(element.id) > 1,
        ].join('\n'));
        keep(shapes, shape, element);
    }

    // The colours of the element and of all that it stands in.
    const looks = new Map();
    for (const element of elements) {
        if (!document.body.contains(element)) continue;
        const style = getComputedStyle(element);
        looks.set(element, digest([looks.get(element.parentElement), style.color, style.backgroundColor,
            style.backgroundImage, style.opacity, style.filter, style.mixBlendMode, style.textShadow, style.fontSize,
            style.fontWeight, style.position, style.fill].join()));
    }
    // Whatever has words of its own. A single sign is not judged.
    const speaks = element => element.matches('input, select, textarea, button')
        || (hasWords(element) && element.textContent.trim().length > 1);
    const words = new Map();
    for (const [element, look] of looks) {
        if (speaks(element) && shown.get(element)) keep(words, look, element);
    }
    window.placesOf = new Map([...shapes, ...words]);
    return {shapes: [...shapes.keys()], looks: [...words.keys()]};
}
