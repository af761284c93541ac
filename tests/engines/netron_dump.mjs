// SPDX-License-Identifier: BSD-3-Clause
// Opens a DLC with Netron's own reader and prints, as JSON, what Netron would show.
// Usage: node netron_dump.mjs <folder of Netron's modules> <file>
import fs from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

const [folder, file] = process.argv.slice(2);
const load = (name) => import(pathToFileURL(path.join(folder, name)).href);

// The part of Netron's application that a reader sees.
class Context {
    constructor(entries) {
        this.entries = entries;
    }

    async peek(kind) {
        return kind === 'zip' ? this.entries : null;
    }

    set(type, value) {
        this.type = type;
        this.value = value;
        return type;
    }

    async fetch(name) {
        throw new Error(`There is no '${name}' beside a DLC.`);
    }

    async require(name) {
        return load(`${name}.js`);
    }

    async metadata(name) {
        const types = JSON.parse(fs.readFileSync(path.join(folder, name), 'utf8'));
        const find = (type) => types.find((entry) => entry.name === type);
        return {
            type: (type) => find(type) || { name: type },
            attribute: (type, name) => (find(type)?.attributes || []).find((entry) => entry.name === name)
        };
    }
}

const tensor = (shown) => ({
    name: shown.name,
    type: shown.type.dataType,
    shape: shown.type.shape.dimensions.map(Number),
    bytes: Buffer.from(shown.values).toString('base64')
});

const value = (shown) => ({
    name: shown.name,
    type: shown.type ? shown.type.dataType : null,
    shape: shown.type ? shown.type.shape.dimensions.map(Number) : null,
    initializer: shown.initializer ? tensor(shown.initializer) : null
});

const attribute = (shown) => ({
    name: shown.name,
    type: shown.type,
    value: shown.type === 'tensor' ? tensor(shown.value) : shown.value
});

const node = (shown) => ({
    name: shown.name,
    type: shown.type.name,
    inputs: shown.inputs.flatMap((argument) => argument.value.map(value)),
    outputs: shown.outputs.flatMap((argument) => argument.value.map(value)),
    attributes: shown.attributes.map(attribute)
});

const zip = await load('zip.js');
await zip.Archive.import();
const base = await load('base.js');
const archive = zip.Archive.open(new base.BinaryStream(fs.readFileSync(file)));
const context = new Context(archive.entries);
const factory = new (await load('dlc.js')).ModelFactory();
if (await factory.match(context) !== 'dlc') {
    throw new Error('Netron does not take this for a DLC.');
}
const model = await factory.open(context);
process.stdout.write(JSON.stringify({
    format: model.format,
    source: model.source,
    graphs: model.modules.map((graph) => ({ name: graph.name, nodes: graph.nodes.map(node) }))
}));
